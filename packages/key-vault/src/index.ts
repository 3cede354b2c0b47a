export {
  type ChangeInput,
  type CreateInput,
  type UnlockInput,
  type RecordDescription,
  type Unlocked,
  type UnlockProblem,
  type Vault,
  DEFAULT_ITERATIONS,
  createVault,
} from './vault.ts';
export { type PublicJwk, type UnlockedKeys } from './unlockedKeys.ts';
export { type RescueKey, sealWork } from './rescueSeal.ts';
export {
  type FinishRescueInput,
  type PendingRescue,
  type RescueInput,
  type RescueProblem,
  type Rescued,
} from './rescue.ts';
export { type RescueAnswerProblem } from './rescueAnswer.ts';
export { type SecretKind } from './keyRecord.ts';
export { type KeyRecordStore } from './keyRecordStore.ts';
export { type Attempts, FREE_ATTEMPTS } from './attempts.ts';
export { type LockedEvent } from './lockedEvents.ts';
export {
  type DeviceSecret,
  type DeviceSecretKind,
  type DeviceSecretProblem,
  noDeviceSecret,
} from './deviceSecret.ts';
export { type KeyHandle, type SubtleCrypto, type WebCrypto } from './webCrypto.ts';
export { parseActivationCode } from './activationCode.ts';
export { type TicketFile, parseTicketFile } from './ticketFile.ts';
export { type TicketClaims } from './ticketClaims.ts';
export { type TicketFailure, type TicketIssuer, checkTicket, openTicket } from './openTicket.ts';
export { type Caseload, openCaseload } from './openCaseload.ts';
export {
  type PassphraseEstimator,
  type SecretJudgement,
  type SecretWeakness,
  judgePassphrase,
  judgePin,
} from './judgeSecret.ts';
export { hashText } from './primitives.ts';
export { deviceFingerprint } from './deviceFingerprint.ts';
