/** Tells converters and codecs that a payload belongs to a workflow: the one it is sent to or received from. */
export interface WorkflowSerializationContext {
  type: 'workflow';
  namespace: string;
  workflowId: string;
}

/** Tells converters and codecs that a payload belongs to an activity: its arguments, result, heartbeats or failure. */
export interface ActivitySerializationContext {
  type: 'activity';
  namespace: string;
  activityId?: string;
  /** The workflow that scheduled the activity, where there is one. */
  workflowId?: string;
  isLocal: boolean;
}

/** Whose payload is being converted. */
export type SerializationContext = WorkflowSerializationContext | ActivitySerializationContext;
