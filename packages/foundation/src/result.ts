/**
 * The outcome of an operation whose failures are expected and must be handled by the caller.
 * Broken invariants and I/O faults throw a {@link CodedError} instead.
 */
export type Result<Value, Failure extends { readonly kind: string }> =
  { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly error: Failure };

export function ok<Value>(value: Value): { readonly ok: true; readonly value: Value } {
  return { ok: true, value };
}

export function fail<const Failure extends { readonly kind: string }>(
  error: Failure,
): { readonly ok: false; readonly error: Failure } {
  return { ok: false, error };
}
