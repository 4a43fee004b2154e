import { createNexusServiceClient, sleep } from '@perdure/workflow';
import { payments } from './service.js';

export async function chargeWorkflow(cents: number): Promise<string> {
  await sleep('10 ms');
  return `charged ${cents}`;
}

export async function orderWorkflow(orderId: string, cents: number): Promise<string> {
  const client = createNexusServiceClient({ endpoint: 'payments', service: payments });
  const { feeCents } = await client.executeOperation('quote', { cents });
  return await client.executeOperation(
    'charge',
    { orderId, cents: cents + feeCents },
    { scheduleToCloseTimeout: '1 hour' },
  );
}
