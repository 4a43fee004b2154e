import type { protocol } from '@perdure/protocol';
import type { ActivationJob, DoUpdateJob, WorkflowCommand } from '@perdure/common/activation';
import { LazyMap } from '@perdure/common/internal';
import type { MachineContext } from '../context.js';
import type { LocalActivities } from '../local-activities.js';
import { CORE_FLAGS, type SdkMetadata } from '../sdk-metadata.js';
import { ActivityMachine } from './activity.js';
import { ChildWorkflowMachine } from './child-workflow.js';
import { ExternalCancelMachine, ExternalSignalMachine } from './external-workflow.js';
import { NexusOperationMachine } from './nexus-operation.js';
import { changeVersionCommand, patchMarkerCommand } from './patch.js';
import { plainCommand } from './plain-commands.js';
import { TimerMachine } from './timer.js';
import { UpdateMachine, type IncomingUpdate } from './update.js';

type Patch = Extract<WorkflowCommand, { kind: 'setPatchMarker' }>;

/** The state machines of a run, one for each thing that workflow code has begun and not yet heard the end of. */
export class Machines {
  private readonly timers = new LazyMap<number, TimerMachine>();
  private readonly activities = new LazyMap<number, ActivityMachine>();
  private readonly children = new LazyMap<number, ChildWorkflowMachine>();
  private readonly signals = new LazyMap<number, ExternalSignalMachine>();
  private readonly operations = new LazyMap<number, NexusOperationMachine>();
  private readonly updates = new LazyMap<string, UpdateMachine>();
  /** Patches with a marker, in the history or on its way there; `true` once workflow code has asked for it. */
  private readonly patches = new LazyMap<string, boolean>();

  constructor(
    private readonly context: MachineContext,
    private readonly localActivities: LocalActivities,
    private readonly metadata: SdkMetadata,
    private readonly sendMessage: (message: protocol.IMessage) => void,
  ) {}

  /** The history holds a marker of this patch. */
  foreseePatch(patchId: string): void {
    if (!this.patches.has(patchId)) this.patches.set(patchId, false);
  }

  /** Takes an update on and gives the job that tells workflow code. */
  beginUpdate(incoming: IncomingUpdate): DoUpdateJob {
    const { protocolInstanceId, request } = incoming;
    this.updates.set(protocolInstanceId, new UpdateMachine(this.context, incoming, this.sendMessage));
    const { meta = { updateId: '', identity: '' }, input } = request;
    return {
      kind: 'doUpdate',
      id: meta.updateId,
      protocolInstanceId,
      name: input?.name ?? '',
      input: input?.args?.payloads ?? [],
      headers: input?.header?.fields ?? {},
      meta,
      runValidator: !this.context.isReplaying,
    };
  }

  /** Carries out a command of workflow code. True if it ends the run. */
  take(command: Exclude<WorkflowCommand, { kind: 'respondToQuery' }>): boolean {
    const { context } = this;
    switch (command.kind) {
      case 'startTimer':
        this.timers.set(command.seq, new TimerMachine(context, command));
        return false;
      case 'cancelTimer':
        this.timers.get(command.seq)?.cancel(command);
        this.timers.delete(command.seq);
        return false;
      case 'scheduleActivity':
        this.activities.set(command.seq, new ActivityMachine(context, command));
        return false;
      case 'requestCancelActivity':
        this.activities.get(command.seq)?.cancel(command);
        return false;
      case 'scheduleLocalActivity':
        this.localActivities.schedule(command);
        return false;
      case 'requestCancelLocalActivity':
        this.localActivities.cancel(command, context);
        return false;
      case 'startChildWorkflowExecution':
        this.children.set(command.seq, new ChildWorkflowMachine(context, command));
        return false;
      case 'cancelChildWorkflowExecution':
        this.children.get(command.childWorkflowSeq)?.cancel(command);
        return false;
      case 'signalExternalWorkflowExecution':
        this.signals.set(command.seq, new ExternalSignalMachine(context, command));
        return false;
      case 'cancelSignalWorkflow':
        this.signals.get(command.seq)?.cancel(command);
        return false;
      case 'requestCancelExternalWorkflowExecution':
        void new ExternalCancelMachine(context, command);
        return false;
      default:
        return this.takeOther(command);
    }
  }

  /** Lets go of what has ended, so that a run that lives for long does not grow. */
  forget(job: ActivationJob): void {
    switch (job.kind) {
      case 'fireTimer':
        this.timers.delete(job.seq);
        return;
      case 'resolveActivity':
        this.activities.delete(job.seq);
        return;
      case 'resolveChildWorkflowExecution':
        this.children.delete(job.seq);
        return;
      case 'resolveSignalExternalWorkflow':
        this.signals.delete(job.seq);
        return;
      case 'resolveNexusOperation':
        this.operations.delete(job.seq);
        return;
      case 'resolveChildWorkflowExecutionStart':
        if (job.result.status !== 'succeeded') this.children.delete(job.seq);
        return;
      default:
    }
  }

  private takeOther(
    command: Extract<
      WorkflowCommand,
      {
        kind:
          | 'setPatchMarker'
          | 'updateResponse'
          | 'scheduleNexusOperation'
          | 'requestCancelNexusOperation'
          | 'completeWorkflowExecution'
          | 'failWorkflowExecution'
          | 'cancelWorkflowExecution'
          | 'continueAsNewWorkflowExecution'
          | 'upsertWorkflowSearchAttributes'
          | 'modifyWorkflowProperties';
      }
    >,
  ): boolean {
    switch (command.kind) {
      case 'setPatchMarker':
        this.setPatch(command);
        return false;
      case 'updateResponse':
        this.updates.get(command.protocolInstanceId)?.respond(command);
        if (command.response.status !== 'accepted') this.updates.delete(command.protocolInstanceId);
        return false;
      case 'scheduleNexusOperation':
        this.operations.set(command.seq, new NexusOperationMachine(this.context, command));
        return false;
      case 'requestCancelNexusOperation':
        this.operations.get(command.seq)?.cancel(command);
        return false;
      case 'upsertWorkflowSearchAttributes':
      case 'modifyWorkflowProperties':
        this.context.send(plainCommand(command));
        return false;
      default:
        this.context.send(plainCommand(command));
        return true;
    }
  }

  /** A patch is recorded once a run, however often it is asked for. */
  private setPatch(command: Patch): void {
    if (this.patches.get(command.patchId) === true) return;
    this.patches.set(command.patchId, true);
    this.context.send(patchMarkerCommand(command));
    if (this.context.isReplaying && !this.metadata.coreFlags.has(CORE_FLAGS.makesPatchesSearchable)) return;
    const asked = [...this.patches]
      .filter(([, isAsked]) => isAsked)
      .map(([patchId]) => patchId)
      .sort();
    const upsert = changeVersionCommand(asked, command.deprecated);
    if (upsert !== undefined) this.context.send(upsert);
  }
}
