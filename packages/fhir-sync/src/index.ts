export { type HttpAnswer, type HttpRequest, type HttpTransport } from './httpTransport.ts';
export { type AuthorizedTransportOptions, createAuthorizedTransport } from './authorizedTransport.ts';
export { type RegisterDeviceInput, type RegistrationProblem, registerDevice } from './registerDevice.ts';
export {
  type SyncEngine,
  type SyncEngineOptions,
  type SyncStatus,
  type SyncStore,
  createSyncEngine,
} from './syncEngine.ts';
