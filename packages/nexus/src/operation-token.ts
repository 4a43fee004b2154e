/**
 * The tokens of operations that a server's own things stand behind: JSON in the URL-safe alphabet of base64, without padding. All
 * SDKs write them so, and cancel what another one started. https://docs.temporal.io/nexus
 */

/** What stands behind an operation, by the numbers that tokens know it under. */
export const OperationTokenType = { WORKFLOW_RUN: 1, ACTIVITY: 2, UPDATE_WORKFLOW: 3 } as const;

/** A chain of runs. */
export interface WorkflowRunToken {
  readonly type: 'workflow-run';
  readonly workflowId: string;
}

/** An activity without a workflow. */
export interface ActivityToken {
  readonly type: 'activity';
  readonly activityId: string;
  /** Not known before it has started. */
  readonly runId?: string | undefined;
}

/** An update of a workflow. */
export interface UpdateToken {
  readonly type: 'update';
  readonly workflowId: string;
  /** Empty where any run was meant. */
  readonly runId: string;
  readonly updateId: string;
}

/** What a token says. */
export type OperationToken = WorkflowRunToken | ActivityToken | UpdateToken;

/** The token of an operation. */
export function writeOperationToken(namespace: string, token: OperationToken): string {
  return Buffer.from(JSON.stringify(fieldsOf(namespace, token))).toString('base64url');
}

/** What a token says. Throws a TypeError for what is none. */
export function readOperationToken(text: string): OperationToken {
  const { v, t, ns, wid, aid, rid, uid } = parse(text);
  // Nobody writes a version yet: one that is there means more than is known here.
  if (v !== undefined && v !== 0) throw invalid(`version ${String(v)} is not known`);
  if (typeof ns !== 'string') throw invalid('it names no namespace (ns)');
  switch (t) {
    case OperationTokenType.WORKFLOW_RUN:
      return { type: 'workflow-run', workflowId: required(wid, 'wid') };
    case OperationTokenType.ACTIVITY:
      return { type: 'activity', activityId: required(aid, 'aid'), runId: required(rid, 'rid') };
    case OperationTokenType.UPDATE_WORKFLOW:
      return {
        type: 'update',
        workflowId: required(wid, 'wid'),
        runId: typeof rid === 'string' ? rid : '',
        updateId: required(uid, 'uid'),
      };
    default:
      throw invalid(`it is of a type (t) that is not known: ${JSON.stringify(t)}`);
  }
}

function fieldsOf(ns: string, token: OperationToken): object {
  switch (token.type) {
    case 'workflow-run':
      return { t: OperationTokenType.WORKFLOW_RUN, ns, wid: token.workflowId };
    case 'activity':
      return { t: OperationTokenType.ACTIVITY, ns, aid: token.activityId, rid: token.runId };
    case 'update': {
      const { workflowId: wid, runId, updateId: uid } = token;
      return { t: OperationTokenType.UPDATE_WORKFLOW, ns, wid, ...(runId === '' ? {} : { rid: runId }), uid };
    }
  }
}

function parse(text: string): Readonly<Record<string, unknown>> {
  if (text === '') throw invalid('it is empty');
  if (!/^[A-Za-z0-9_-]+$/.test(text)) throw invalid('it is not in the URL-safe alphabet of base64');
  let fields: unknown;
  try {
    fields = JSON.parse(Buffer.from(text, 'base64url').toString());
  } catch (cause) {
    throw invalid('it holds no JSON', cause);
  }
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) throw invalid('it holds no object');
  return fields as Readonly<Record<string, unknown>>;
}

function required(value: unknown, field: string): string {
  if (typeof value === 'string' && value !== '') return value;
  throw invalid(`the field ${field} is missing`);
}

function invalid(why: string, cause?: unknown): TypeError {
  return new TypeError(`Not a token of a Nexus operation: ${why}`, { cause });
}
