import { type PractitionerRole, WITHDRAWN_SCOPE, isResourceType } from '@fieldchart/clinical';

/**
 * What a route asks of a token, in SMART's words (SMART App Launch 2, clinical scopes): `user/TYPE.LETTERS`, where the
 * letters are of create, read, update, delete and search; and words of our own for what is no resource.
 */
export type Scope = `user/${string}.${string}` | OwnScope;

type OwnScope =
  /** Bring the device's audit chain. */
  | 'device/audit'
  /** Bring work that is sealed to the rescue key. */
  | 'device/sealed-work'
  /** Acknowledge that everything was erased. */
  | 'device/erased'
  /** Ask for emergency access to a client outside the caseload. */
  | 'access/emergency'
  /** Decide about late work, and look after emergency access. */
  | 'desk/review'
  /** Tickets, devices, rescues, alerts, policy, imports. */
  | 'desk/admin';

/** The audit trail is no part of the record: `*` does not stand for it. */
const APART = 'AuditEvent';

const EVERYBODY = 'user/*.crus device/audit device/sealed-work';

/** Nobody deletes: there is no `d`. */
const roleScopes: Readonly<Record<PractitionerRole, string>> = {
  clinician: `${EVERYBODY} access/emergency`,
  supervisor: `${EVERYBODY} access/emergency desk/review`,
  administrator: `${EVERYBODY} user/AuditEvent.rs desk/review desk/admin`,
};

/**
 * The scope of a token: all that the role may, or what of it is asked for. Of a withdrawn device two things, whatever
 * it asks for. Null where nothing of what is asked for is to be had.
 */
export function grantScope(
  role: PractitionerRole,
  asked: { readonly withdrawn: boolean; readonly scope: string | undefined },
): string | null {
  if (asked.withdrawn) return WITHDRAWN_SCOPE;
  const whole = roleScopes[role];
  if (asked.scope === undefined) return whole;
  const granted = new Set(words(asked.scope).flatMap((word) => narrow(whole, word)));
  return granted.size === 0 ? null : [...granted].join(' ');
}

/** What an address of `/fhir/` needs. A type that is none needs what any does: that it is none is said afterwards. */
export function scopeFor(type: string, letters: string): Scope {
  return `user/${isResourceType(type) ? type : '*'}.${letters}`;
}

/** Whether a token of this scope may do that: every letter has to be given, by one word or by several. */
export function permits(scope: string, needed: Scope): boolean {
  const need = parse(needed);
  if (need === undefined) return words(scope).includes(needed);
  const given = words(scope).flatMap((word) => {
    const one = parse(word);
    return one !== undefined && covers(one.type, need.type) ? Array.from(one.letters) : [];
  });
  return Array.from(need.letters).every((letter) => given.includes(letter));
}

/** What a word that was asked for leaves of a scope. */
function narrow(whole: string, asked: string): readonly string[] {
  const wanted = parse(asked);
  if (wanted === undefined) return words(whole).filter((word) => word === asked);
  const { type } = wanted;
  const letters = Array.from('cruds').filter(
    (letter) => wanted.letters.includes(letter) && permits(whole, `user/${type}.${letter}`),
  );
  return letters.length === 0 ? [] : [`user/${type}.${letters.join('')}`];
}

/** The type and letters of a clinical scope; undefined for what is none. */
function parse(word: string): { readonly type: string; readonly letters: string } | undefined {
  const found = /^user\/(?<type>\*|[A-Z][A-Za-z]{0,63})\.(?<letters>c?r?u?d?s?)$/u.exec(word)?.groups;
  const { type = '', letters = '' } = found ?? {};
  return letters === '' ? undefined : { type, letters };
}

const covers = (given: string, needed: string) => given === needed || (given === '*' && needed !== APART);

const words = (scope: string) => scope.split(' ').filter((word) => word !== '');
