export { backoffDelay } from './backoff.ts';
export { type HttpAnswer, type HttpRequest, type HttpTransport } from './httpTransport.ts';
export {
  type AuthorizedTransportOptions,
  type Withdrawal,
  createAuthorizedTransport,
} from './authorizedTransport.ts';
export { type FhirClient, type ReadVerdict, type SendOptions, createFhirClient } from './fhirClient.ts';
export { type SealUpload } from './handOver.ts';
export { acknowledgeErased, sendAuditLinks, sendSealedWork } from './deviceReports.ts';
export { type EmergencyProblem, askEmergencyAccess } from './emergencyAccess.ts';
export { fetchRescueAnswer, sendRescueRequest } from './rescueMail.ts';
export {
  type RegistrationInput,
  type RegistrationProblem,
  registerDevice,
  signRegistration,
} from './registerDevice.ts';
export {
  type ServerPage,
  type ServerProblem,
  type ServerQuestion,
  readFromServer,
  searchServer,
} from './searchServer.ts';
export {
  type SyncEngine,
  type SyncEngineOptions,
  type SyncStatus,
  type SyncStore,
  createSyncEngine,
} from './syncEngine.ts';
