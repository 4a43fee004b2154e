import { activityInfo } from '@temporalio/activity';
import type * as activities from '@perdure/sample-food-delivery/activities';

/** The activities of the food order for a worker of the official SDK, whose activities know themselves by its own package. */
export const officialActivities: typeof activities = {
  chargeCustomer: async () => `charge:${activityInfo().workflowExecution?.workflowId}:${activityInfo().activityId}`,
  refundOrder: async ({ id }) => `refund:${activityInfo().workflowExecution?.workflowId}:${id}`,
  sendPushNotification: async () => undefined,
};
