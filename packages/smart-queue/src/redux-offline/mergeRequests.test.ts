import { describe, expect, test } from 'vitest';
import { composeMergePatches, applyMergePatch } from './mergePatch.ts';
import { givesWayToDelete, mergeRequests } from './mergeRequests.ts';
import type { OfflineAction } from './offlineTypes.ts';
import { request } from './testing/restActions.ts';

const action = (method: string, url: string, json?: object, extra: object = {}) =>
  request(method, url, json, extra) as OfflineAction;
const merge = { headers: { 'Content-Type': 'application/merge-patch+json' } };

const effect = (result: OfflineAction | null) =>
  (result?.meta.offline as { effect: unknown } | undefined)?.effect ?? null;

describe('O2: one request in the place of two', () => {
  test('a PUT takes the place of one whose every field it has', () => {
    const later = action('PUT', '/n/1', { text: 'b', title: 't' });
    expect(mergeRequests(action('PUT', '/n/1', { text: 'a' }), later)).toBe(later);
  });

  test('a PUT that leaves a field out stays apart: only some servers would take that field away', () => {
    expect(
      mergeRequests(action('PUT', '/n/1', { text: 'a' }), action('PUT', '/n/1', { title: 't' })),
    ).toBeNull();
    expect(
      mergeRequests(action('PUT', '/n/1', { a: { x: 1 } }), action('PUT', '/n/1', { a: { y: 1 } })),
    ).toBeNull();
    expect(
      mergeRequests(action('POST', '/n', { id: '1', text: 'a' }), action('PUT', '/n/1', { title: 't' })),
    ).toBeNull();
  });

  test('after a POST the POST stays, with its commit, and the body of the PUT', () => {
    const earlier = action('POST', '/n', { id: 1, text: 'a' });
    const merged = mergeRequests(earlier, action('PUT', '/n/1', { text: 'b' }));
    expect(effect(merged)).toEqual({ method: 'POST', url: '/n', json: { text: 'b', id: 1 } });
    expect(merged?.meta.offline).toMatchObject({ commit: { type: 'commit POST /n' } });
  });

  test('a PUT that changes the id stays apart', () => {
    expect(mergeRequests(action('POST', '/n', { id: 1 }), action('PUT', '/n/1', { id: 2 }))).toBeNull();
  });

  test('a PATCH of which nothing is known stays apart: it may say "add one"', () => {
    const plus = action('PATCH', '/n/1', { add: 1 });
    expect(mergeRequests(plus, plus)).toBeNull();
    expect(mergeRequests(action('PUT', '/n/1', { add: 0 }), plus)).toBeNull();
    expect(mergeRequests(plus, action('PUT', '/n/1', { add: 0 }))).toBeNull();
    expect(
      mergeRequests(action('PATCH', '/n/1', [{ op: 'add' }], merge), action('PATCH', '/n/1', {}, merge)),
    ).toBeNull();
  });

  test('two JSON merge patches become one, and one goes into a POST or PUT before it', () => {
    const patch = action('PATCH', '/n/1', { b: 2 }, merge);
    expect(effect(mergeRequests(action('PATCH', '/n/1', { a: 1 }, merge), patch))).toMatchObject({
      method: 'PATCH',
      json: { a: 1, b: 2 },
    });
    expect(effect(mergeRequests(action('POST', '/n', { id: 1, a: 1 }), patch))).toEqual({
      method: 'POST',
      url: '/n',
      json: { id: 1, a: 1, b: 2 },
    });
    expect(effect(mergeRequests(action('PUT', '/n/1', { a: 1 }), patch))).toEqual({
      method: 'PUT',
      url: '/n/1',
      json: { a: 1, b: 2 },
    });
  });

  test('requests with another query, or under another condition, stay apart', () => {
    const put = action('PUT', '/n/1', { a: 1 });
    expect(mergeRequests(action('PUT', '/n/1?notify=1', { a: 1 }), put)).toBeNull();
    expect(
      mergeRequests(action('PUT', '/n/1', { a: 1 }, { headers: { 'If-Match': '"1"' } }), put),
    ).toBeNull();
    const same = action('PUT', '/n/1', { a: 2 }, { headers: { 'if-match': '"1"' } });
    expect(mergeRequests(action('PUT', '/n/1', { a: 1 }, { headers: { 'If-Match': '"1"' } }), same)).toBe(
      same,
    );
  });

  test('bodies that JSON cannot say stay apart', () => {
    const form = action('PUT', '/n/1', undefined, { body: new Map() });
    expect(mergeRequests(form, form)).toBeNull();
    const text = action('PUT', '/n/1', undefined, { body: 'plain text' });
    expect(mergeRequests(text, text)).toBeNull();
    expect(mergeRequests(action('PUT', '/n/1'), action('PUT', '/n/1', {}))).toBeNull();
  });

  test('what is no request stays apart', () => {
    const other = { type: 'X', meta: { offline: { effect: 'custom' } } };
    expect(mergeRequests(other, action('PUT', '/n/1', {}))).toBeNull();
    expect(mergeRequests(action('PUT', '/n/1', {}), other)).toBeNull();
  });
});

test('a request that asks for more than its record says is sent before the delete', () => {
  const deletion = action('DELETE', '/n/1');
  expect(givesWayToDelete(action('PUT', '/n/1', { a: 1 }), deletion)).toBe(true);
  expect(givesWayToDelete(action('PUT', '/n/1?notify=1', { a: 1 }), deletion)).toBe(false);
  expect(givesWayToDelete(action('PUT', '/n/1', {}, { headers: { 'If-Match': '"1"' } }), deletion)).toBe(
    false,
  );
});

describe('merge patches', () => {
  test('compose inside of objects', () => {
    expect(composeMergePatches({ a: { x: 1 }, b: 1 }, { a: { y: 2 }, b: null })).toEqual({
      a: { x: 1, y: 2 },
      b: null,
    });
  });

  test('do not compose where the first takes away what the second patches', () => {
    expect(composeMergePatches({ a: null }, { a: { x: 1 } })).toBeUndefined();
    expect(composeMergePatches({ a: { b: 1 } }, { a: { b: { x: 1 } } })).toBeUndefined();
  });

  test('go into a body, unless they take a field away that the server may fill in', () => {
    expect(applyMergePatch({ a: { x: 1 } }, { a: { y: 2 }, b: [1] })).toEqual({ a: { x: 1, y: 2 }, b: [1] });
    expect(applyMergePatch({ a: 1 }, { a: null })).toBeUndefined();
    expect(applyMergePatch({ a: { x: 1 } }, { a: { x: null } })).toBeUndefined();
    expect(applyMergePatch({}, { a: { x: 1 } })).toBeUndefined();
  });
});
