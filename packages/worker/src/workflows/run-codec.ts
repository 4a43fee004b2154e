import type { Payload, PayloadCodec, SerializationContext } from '@perdure/common';
import type {
  ActivationCompletion,
  ActivationJob,
  WorkflowActivation,
  WorkflowCommand,
} from '@perdure/common/activation';
import { decode, encode } from '@perdure/common/internal/conversion';
import { mapPayloads } from './payload-visitor.js';

/** The payload codecs of a worker, and the run whose payloads go through them. */
export interface RunCodecOptions {
  readonly payloadCodecs: readonly PayloadCodec[];
  readonly namespace: string;
  readonly workflowId: string;
}

/**
 * Applies payload codecs to what a run is told and what it says. They learn whom each payload concerns: the activity, child or
 * other workflow that it goes to or comes from, and else the run itself. What answers a command concerns whom the command did.
 */
export class RunCodec {
  private readonly own: SerializationContext;
  private readonly asked = new Map<string, SerializationContext>();

  constructor(private readonly options: RunCodecOptions) {
    this.own = this.workflow(options.workflowId);
  }

  /** What the run is told, decoded. */
  async decode(activation: WorkflowActivation): Promise<WorkflowActivation> {
    const { payloadCodecs } = this.options;
    const jobs = activation.jobs.map((job) => {
      const context = this.contextOfJob(job);
      return mapPayloads(job, (payloads) => decode(payloadCodecs, payloads, context));
    });
    return { ...activation, jobs: await Promise.all(jobs) };
  }

  /** What the run says, encoded. */
  async encode(completion: ActivationCompletion): Promise<ActivationCompletion> {
    if (completion.status === 'failed') return mapPayloads(completion, (payloads) => this.encoded(payloads, this.own));
    const commands = completion.commands.map((command) => {
      const context = this.contextOfCommand(command);
      return mapPayloads(command, (payloads) => this.encoded(payloads, context));
    });
    return { ...completion, commands: await Promise.all(commands) };
  }

  private encoded(payloads: Payload[], context: SerializationContext): Promise<readonly Payload[]> {
    return encode(this.options.payloadCodecs, payloads, context);
  }

  private contextOfCommand(command: WorkflowCommand): SerializationContext {
    switch (command.kind) {
      case 'scheduleActivity':
        return this.remember('activity', command.seq, this.activity(command.activityId, false));
      case 'scheduleLocalActivity':
        return this.remember('activity', command.seq, this.activity(command.activityId, true));
      case 'startChildWorkflowExecution':
        return this.remember('child', command.seq, this.workflow(command.workflowId));
      case 'signalExternalWorkflowExecution': {
        const { childWorkflowId, workflowExecution } = command.target;
        return this.remember('signal', command.seq, this.workflow(childWorkflowId ?? workflowExecution.workflowId));
      }
      default:
        return this.own;
    }
  }

  private contextOfJob(job: ActivationJob): SerializationContext {
    switch (job.kind) {
      case 'resolveActivity':
        return this.answered('activity', job.seq);
      case 'resolveChildWorkflowExecutionStart':
        return job.result.status === 'succeeded' ? this.own : this.answered('child', job.seq);
      case 'resolveChildWorkflowExecution':
        return this.answered('child', job.seq);
      case 'resolveSignalExternalWorkflow':
        return this.answered('signal', job.seq);
      default:
        return this.own;
    }
  }

  private remember(kind: string, seq: number, context: SerializationContext): SerializationContext {
    this.asked.set(`${kind} ${seq}`, context);
    return context;
  }

  private answered(kind: string, seq: number): SerializationContext {
    const key = `${kind} ${seq}`;
    const context = this.asked.get(key) ?? this.own;
    this.asked.delete(key);
    return context;
  }

  private workflow(workflowId: string): SerializationContext {
    return { type: 'workflow', namespace: this.options.namespace, workflowId };
  }

  private activity(activityId: string, isLocal: boolean): SerializationContext {
    const { namespace, workflowId } = this.options;
    return { type: 'activity', namespace, workflowId, activityId, isLocal };
  }
}
