import { bodyOf, type RequestEffect, requestOf, withBody } from './effectBody.ts';
import { composeMergePatches, applyMergePatch } from './mergePatch.ts';
import { effectOf, isRecord, type OfflineAction, withEffect } from './offlineTypes.ts';
import { queryOfUrl } from './resourceNames.ts';

/** A request with one of these acts only if the server's version is the one it names. */
const CONDITIONS = ['if-match', 'if-none-match', 'if-unmodified-since'] as const;

/**
 * One action in the place of two on the same resource, or null where the server could tell it from both in order,
 * or where that depends on what kind of server it is (O2). A PUT may replace a record or only the fields it has:
 * it takes in an earlier body only if it has every field of it, when both come to the same.
 *
 * After a POST the result is the POST, with its commit and rollback and the later body: its answer is what the app
 * waits for. Otherwise it is the later action.
 */
export function mergeRequests(earlier: OfflineAction, later: OfflineAction): OfflineAction | null {
  const first = requestOf(effectOf(earlier));
  const second = requestOf(effectOf(later));
  if (first === null || second === null) return null;
  if (queryOfUrl(first.url) !== queryOfUrl(second.url) || !sameConditions(first, second)) return null;
  switch (second.method) {
    case 'PUT':
      return first.method === 'POST'
        ? putIntoPost(earlier, first, second)
        : putOver(first, second)
          ? later
          : null;
    case 'PATCH':
      return patchInto(earlier, first, later, second);
    default:
      return null;
  }
}

/**
 * Whether an action whose resource is deleted later need not be sent. One with a query asks for more than its
 * resource says, and one under a condition may be refused, and the delete with it.
 */
export function givesWayToDelete(earlier: OfflineAction, deletion: OfflineAction): boolean {
  const first = requestOf(effectOf(earlier));
  const second = requestOf(effectOf(deletion));
  if (first === null || second === null) return true;
  return queryOfUrl(first.url) === '' && sameConditions(first, second);
}

function sameConditions(first: RequestEffect, second: RequestEffect): boolean {
  return CONDITIONS.every((name) => first.headers[name] === second.headers[name]);
}

function putIntoPost(
  earlier: OfflineAction,
  first: RequestEffect,
  second: RequestEffect,
): OfflineAction | null {
  const [created, put] = [bodyOf(first), bodyOf(second)];
  if (created === undefined || created === null || !isRecord(created.value)) return null;
  if (put === undefined || put === null || !isRecord(put.value)) return null;
  const body = { ...put.value };
  const id = created.value['id'];
  if (body['id'] === undefined && id !== undefined) body['id'] = id;
  if (body['id'] !== id || !hasEveryField(body, created.value)) return null;
  return withEffect(earlier, withBody(first, created, body));
}

function putOver(first: RequestEffect, second: RequestEffect): boolean {
  if (first.method !== 'PUT' && !isMergePatch(first)) return false;
  const [before, after] = [bodyOf(first), bodyOf(second)];
  if (before === undefined || before === null || after === undefined || after === null) return false;
  return isRecord(before.value) && isRecord(after.value) && hasEveryField(after.value, before.value);
}

function patchInto(
  earlier: OfflineAction,
  first: RequestEffect,
  later: OfflineAction,
  second: RequestEffect,
): OfflineAction | null {
  const [before, patch] = [bodyOf(first), bodyOf(second)];
  if (before === undefined || before === null || patch === undefined || patch === null) return null;
  // Any other patch may say "add one": two of them are not one.
  if (!isMergePatch(second) || !isRecord(before.value) || !isRecord(patch.value)) return null;
  if (isMergePatch(first)) {
    const composed = composeMergePatches(before.value, patch.value);
    return composed === undefined ? null : withEffect(later, withBody(second, patch, composed));
  }
  if (first.method !== 'POST' && first.method !== 'PUT') return null;
  const applied = applyMergePatch(before.value, patch.value);
  if (applied === undefined || (first.method === 'POST' && applied['id'] !== before.value['id'])) return null;
  return withEffect(first.method === 'POST' ? earlier : later, withBody(first, before, applied));
}

function isMergePatch({ method, headers }: RequestEffect): boolean {
  return method === 'PATCH' && /^application\/merge-patch\+json\b/iu.test(headers['content-type'] ?? '');
}

/** Also inside of its fields: some servers join nested objects, too. */
function hasEveryField(
  body: Readonly<Record<string, unknown>>,
  of: Readonly<Record<string, unknown>>,
): boolean {
  return Object.entries(of).every(([name, before]) => {
    const after = body[name];
    if (isRecord(before) && isRecord(after)) return hasEveryField(after, before);
    return Object.hasOwn(body, name);
  });
}
