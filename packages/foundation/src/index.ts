export { type Result, ok, fail } from './result.ts';
export { CodedError, isCodedError } from './codedError.ts';
export { type Clock, systemClock, toInstant } from './clock.ts';
export { type Timers } from './timers.ts';
export { type Random, createSeededRandom, randomUuid } from './random.ts';
export { type Logger, type LogFields, silentLogger } from './logger.ts';
export {
  type Bytes,
  base64Decode,
  base64Encode,
  base64UrlDecode,
  base64UrlEncode,
  concatBytes,
  equalBytes,
  hexEncode,
  utf8Decode,
  utf8Encode,
} from './bytes.ts';
export { toFingerprint } from './fingerprint.ts';
export {
  type CarriedTextKind,
  type CarriedTextProblem,
  type HashText,
  CARRIED_TEXT_NAMES,
  readCarriedText,
  toCarriedText,
} from './carriedText.ts';
