import type { AuthErrorCode } from '@fieldchart/clinical';

/** Why `/auth/…` said no: the OAuth error and what it means, without saying more than the asker may know. */
export interface AuthFailure {
  readonly kind: AuthErrorCode;
  readonly status: 400 | 401 | 403 | 409;
  readonly text: string;
  /** The practitioner concerned, where the credentials named one: for the audit. */
  readonly practitionerId?: string;
  readonly details?: Readonly<Record<string, string>>;
}

/** Clocks of devices may be wrong by this much before a claim about time is refused. */
export const SKEW_SECONDS = 60;
