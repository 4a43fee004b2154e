/**
 * What every interop test stands on: the server under test, clients, official and scripted workers, transcripts.
 * It must not know which feature a test is about, nor anything of the server beyond its address.
 */
export { connect, type Environment } from './environment.js';
export { updateMessages } from './update-answers.js';
export { commands } from './commands.js';
export { DurableServer } from './durable-server.js';
export { clientSdks, PAIRS } from './sdk-under-test.js';
export type { TestWorker, TestWorkerOptions } from './test-worker.js';
export { SDKS, type SdkName } from './workflow-bundles.js';
export { ScriptedWorker } from './scripted-worker.js';
export { eventTypes, transcript } from './transcript.js';
export { expectStatus, statusCodes } from './expect-status.js';
export { eventually } from './eventually.js';
export { fromPayload, fromPayloads, toPayload, toPayloads } from './payloads.js';
export { seconds } from './durations.js';
export * as api from './api.js';
export { errorDetails, type ErrorDetail } from './error-details.js';
export { acceptance, commandsFor, rejection, response, updatesOf, type ReceivedUpdate } from './update-messages.js';
export { type Certificates, makeCertificates } from './certificates.js';
export { type ClientScenario, type Conversation, conversations } from './conversation.js';
export { type RecordedCall, RecordingServer, type Script } from './recording-server.js';
export {
  alreadyExists,
  inTurn,
  itIsTheSame,
  payload,
  payloads,
  type Scenarios,
  SEARCH_ATTRIBUTES,
  WRAPPED,
} from './standalone.js';
