/**
 * The one error class of the project: a stable `code` for programs, a sentence for developers, and the
 * original fault as `cause`. Messages never hold patient data, PINs, passphrases or keys.
 */
export class CodedError<Code extends string = string> extends Error {
  readonly code: Code;

  constructor(code: Code, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = 'CodedError';
    this.code = code;
  }
}

/** True when `error` is a {@link CodedError}, and of one of the given codes where any are given. */
export function isCodedError<Code extends string>(
  error: unknown,
  ...codes: readonly Code[]
): error is CodedError<Code> {
  return error instanceof CodedError && (codes.length === 0 || codes.some((code) => code === error.code));
}
