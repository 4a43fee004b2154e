import { enums, services as api, type common, type schedule, type workflowservice } from '@perdure/protocol';
import { completeWorkflow, failWorkflow } from './commands.js';
import { TestNode, type TestNodeOptions } from './test-node.js';

const { methods } = api.WorkflowService;

/** How far apart the actions of `ScheduleNode.create` are, unless a test says otherwise. */
export const MINUTE_MS = 60_000;

/** A node, and the calls about one schedule. */
export class ScheduleNode {
  private constructor(
    readonly node: TestNode,
    readonly scheduleId: string,
  ) {}

  static async open(options: TestNodeOptions = {}, scheduleId = 'schedule'): Promise<ScheduleNode> {
    return new ScheduleNode(await TestNode.open(options), scheduleId);
  }

  /** Stops, or dies, and starts again on the same disk at the same time. */
  async restart(how: 'stop' | 'losePower' = 'stop', options: TestNodeOptions = {}): Promise<ScheduleNode> {
    if (how === 'stop') await this.node.stop();
    else this.node.losePower();
    const { disk, clock } = this.node;
    return new ScheduleNode(await TestNode.open({ disk, clock, ...options }), this.scheduleId);
  }

  create(
    given: schedule.ISchedule = {},
    rest: Partial<workflowservice.ICreateScheduleRequest> = {},
  ): Promise<workflowservice.CreateScheduleResponse> {
    const { scheduleId } = this;
    return this.node.call(methods.CreateSchedule, {
      namespace: 'default',
      scheduleId,
      requestId: 'create',
      schedule: { spec: everyMinute, action: ACTION, ...given },
      ...rest,
    });
  }

  update(
    given: schedule.ISchedule,
    rest: Partial<workflowservice.IUpdateScheduleRequest> = {},
  ): Promise<workflowservice.UpdateScheduleResponse> {
    const { scheduleId } = this;
    const whole = { spec: everyMinute, action: ACTION, ...given };
    return this.node.call(methods.UpdateSchedule, { namespace: 'default', scheduleId, schedule: whole, ...rest });
  }

  patch(patch: schedule.ISchedulePatch, requestId = ''): Promise<unknown> {
    const { scheduleId } = this;
    return this.node.call(methods.PatchSchedule, { namespace: 'default', scheduleId, patch, requestId });
  }

  trigger(overlapPolicy = 0, requestId = ''): Promise<unknown> {
    return this.patch(
      { triggerImmediately: { overlapPolicy: overlapPolicy as enums.ScheduleOverlapPolicy } },
      requestId,
    );
  }

  describe(): Promise<workflowservice.DescribeScheduleResponse> {
    return this.node.call(methods.DescribeSchedule, { namespace: 'default', scheduleId: this.scheduleId });
  }

  delete(): Promise<unknown> {
    return this.node.call(methods.DeleteSchedule, { namespace: 'default', scheduleId: this.scheduleId });
  }

  list(request: Partial<workflowservice.IListSchedulesRequest> = {}): Promise<workflowservice.ListSchedulesResponse> {
    return this.node.call(methods.ListSchedules, { namespace: 'default', ...request });
  }

  async ids(query = ''): Promise<string[]> {
    return (await this.list({ query })).schedules.map(({ scheduleId }) => scheduleId);
  }

  /** What is counted, in short. */
  async summary(): Promise<string> {
    const { info } = await this.describe();
    const { actionCount, overlapSkipped, bufferSize, runningWorkflows } = info ?? {};
    return `taken ${actionCount}, running ${runningWorkflows?.length}, waiting ${bufferSize}, skipped ${overlapSkipped}`;
  }

  /** The recent actions: workflow ids and statuses. */
  async recent(): Promise<string[]> {
    const { info } = await this.describe();
    return (info?.recentActions ?? []).map(
      ({ startWorkflowResult, startWorkflowStatus }) =>
        `${startWorkflowResult?.workflowId} ${statusName(startWorkflowStatus)}`,
    );
  }

  async completeNext(result?: common.IPayloads): Promise<workflowservice.PollWorkflowTaskQueueResponse> {
    const task = await this.node.pollWorkflowTask();
    await this.node.complete(task, [completeWorkflow(result)]);
    return task;
  }

  async failNext(message: string): Promise<void> {
    await this.node.complete(await this.node.pollWorkflowTask(), [failWorkflow(message)]);
  }
}

const everyMinute = { interval: [{ interval: { seconds: 60 } }] };
/** What is started unless a test says otherwise. */
export const ACTION: schedule.IScheduleAction = {
  startWorkflow: { workflowId: 'w', workflowType: { name: 'type' }, taskQueue: { name: 'queue' } },
};

/** `RUNNING` of WORKFLOW_EXECUTION_STATUS_RUNNING. */
function statusName(status: enums.WorkflowExecutionStatus): string {
  const found = Object.entries(enums.WorkflowExecutionStatus).find(([, value]) => value === status);
  return (found?.[0] ?? '').replace('WORKFLOW_EXECUTION_STATUS_', '');
}
