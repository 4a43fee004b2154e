import {
  compileRetryPolicy,
  encodeInitialVersioningBehavior,
  mapToPayloads,
  msOptionalToTs,
  type Duration,
  type Workflow,
} from '@perdure/common';
import type { CallSite } from '@perdure/common/activation';
import { composeInterceptors, encodeUnifiedSearchAttributes, versioningIntentToProto } from '@perdure/common/internal';
import type { google } from '@perdure/protocol';
import { ContinueAsNew, type ContinueAsNewOptions } from './interfaces.js';
import type { ContinueAsNewInput } from './interceptors.js';
import { currentExecution } from './runtime/current.js';
import { argumentPayloads, calledAt, callSite, type Execution } from './runtime/execution.js';

/** A function that ends this run and begins the next one with the arguments. */
export function makeContinueAsNewFunc<F extends Workflow>(
  options?: ContinueAsNewOptions,
): (...args: Parameters<F>) => Promise<never> {
  const execution = currentExecution('continueAsNew is for workflow code');
  const { info } = execution;
  const { workflowType = info.workflowType, taskQueue = info.taskQueue, ...rest } = options ?? {};
  const complete = { workflowType, taskQueue, ...rest };
  return (...args: Parameters<F>): Promise<never> => {
    const run = composeInterceptors(execution.interceptors.outbound, 'continueAsNew', async (input) => {
      throw new ContinueAsNew(continueAsNewCommand(execution, input));
    });
    return run({ args, headers: {}, options: complete });
  };
}

/** Ends this run and begins the next one of the same workflow with the arguments. Never returns. */
export function continueAsNew<F extends Workflow>(...args: Parameters<F>): Promise<never> {
  return makeContinueAsNewFunc<F>()(...args);
}

function continueAsNewCommand(execution: Execution, input: ContinueAsNewInput) {
  const site = callSite(continueAsNewCommand);
  try {
    return continueAsNewAttributes(execution, input, site);
  } catch (error) {
    throw calledAt(error, site);
  }
}

function continueAsNewAttributes(execution: Execution, { args, headers, options }: ContinueAsNewInput, site: CallSite) {
  const { payloadConverter, serializationContext, info } = execution;

  const { searchAttributes, typedSearchAttributes, typeInfo } = options;
  const hasAttributes = searchAttributes !== undefined || typedSearchAttributes !== undefined;
  const duration = (value: Duration | undefined) => msOptionalToTs(value) as google.IDuration | undefined;
  return {
    kind: 'continueAsNewWorkflowExecution',
    workflowType: options.workflowType,
    taskQueue: options.taskQueue ?? info.taskQueue,
    arguments: argumentPayloads(execution, args, typeInfo?.inputTypes, `workflow "${options.workflowType}"`),
    headers,
    memo:
      options.memo === undefined
        ? {}
        : mapToPayloads(payloadConverter, options.memo, serializationContext, 'Memo field'),
    searchAttributes: hasAttributes
      ? encodeUnifiedSearchAttributes(searchAttributes, typedSearchAttributes)
      : undefined,
    workflowRunTimeout: duration(options.workflowRunTimeout),
    workflowTaskTimeout: duration(options.workflowTaskTimeout),
    backoffStartInterval: duration(options.backoffStartInterval),
    retryPolicy: info.retryPolicy === undefined ? undefined : compileRetryPolicy(info.retryPolicy),
    versioningIntent: versioningIntentToProto(options.versioningIntent),
    initialVersioningBehavior: encodeInitialVersioningBehavior(options.initialVersioningBehavior) ?? 0,
    callSite: site,
  } as const;
}
