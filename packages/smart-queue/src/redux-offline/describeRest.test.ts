import { describe, expect, test } from 'vitest';
import { describeRest, referencesIn } from './describeRest.ts';
import type { OfflineAction, OfflineState } from './offlineTypes.ts';
import { namesIn, namesOf, parentsOf } from './resourceNames.ts';
import { request } from './testing/restActions.ts';

const offline: OfflineState = {
  busy: false,
  online: false,
  retryCount: 0,
  retryScheduled: false,
  outbox: [],
};
const read = (method: string, url: string, json?: object, extra?: object) => {
  const description = describeRest(request(method, url, json, extra) as OfflineAction, offline);
  if (description === null || description.kind === 'read') return description;
  return { ...description, references: [...description.references] };
};

describe('a request read as REST', () => {
  test.each([
    ['PUT', '/notes/1', 'update', '/notes/1'],
    ['patch', '/notes/1?x=1', 'update', '/notes/1'],
    ['DELETE', 'https://a.example/notes/1/', 'delete', 'https://a.example/notes/1'],
  ])('%s %s is an %s of %s', (method, url, kind, resource) => {
    expect(read(method, url)).toMatchObject({ kind, resource });
  });

  test('POST creates where its body says under which id', () => {
    expect(read('POST', '/notes', { id: 'a b' })).toMatchObject({ kind: 'create', resource: '/notes/a%20b' });
    expect(read('POST', '/notes', { id: 7 })).toMatchObject({ kind: 'create', resource: '/notes/7' });
    expect(read('POST', '/notes', { text: 'a' })).toBeNull();
    expect(read('POST', '/notes')).toBeNull();
  });

  test('GET and what is no request are not understood', () => {
    expect(read('GET', '/notes/1')).toBeNull();
    expect(
      read('POST', '/notes/1', { id: '1' }, { headers: { 'X-HTTP-Method-Override': 'PUT' } }),
    ).toBeNull();
    expect(describeRest({ type: 'X', meta: { offline: true } }, offline)).toBeNull();
    expect(describeRest({ type: 'X', meta: { offline: { effect: () => undefined } } }, offline)).toBeNull();
  });

  test('references stand at any depth of the body, and in the query, but not in its own id', () => {
    const found = read('PUT', '/tasks/9?list=l1', {
      id: '9',
      of: [{ note: 'n1', text: 'some prose', deep: { url: 'https://a.example/api/files/f1#x' } }],
      listIds: [4],
      count: 5,
    });
    expect(found).toMatchObject({ kind: 'update' });
    const references = found?.kind === 'update' ? found.references : [];
    expect(references).toEqual(expect.arrayContaining(['n1', 'l1', '4', 'files/f1']));
    expect(references).not.toEqual(expect.arrayContaining(['9']));
    expect(references).not.toEqual(expect.arrayContaining(['5']));
    expect(references).not.toEqual(expect.arrayContaining(['some prose']));
  });

  test('a request that is no change still refers to what it names', () => {
    expect(referencesIn(request('POST', '/notes/n1', { a: 'b' }) as OfflineAction, null).references).toEqual(
      expect.arrayContaining(['b', '/notes/n1']),
    );
  });
});

test('a resource goes by its id, its collection and id, and its URL', () => {
  expect(namesOf('https://a.example/api/notes/a%20b')).toEqual([
    'https://a.example/api/notes/a%20b',
    'notes/a%20b',
    'a b',
  ]);
  expect(namesOf('/notes/%')).toContain('%');
});

test('the resources above one, nearest first, never the host', () => {
  expect(parentsOf('/notes/1/comments/2')).toEqual(['/notes/1/comments', '/notes/1', '/notes']);
  expect(parentsOf('https://a.example/notes/1')).toEqual(['https://a.example/notes']);
});

test('names are short texts without space, and numbers of fields called id', () => {
  expect([...namesIn({ a: '', b: 'x'.repeat(301), c: 'two words', noteId: 3, ids: [4], n: 5 })]).toEqual([
    '3',
    '4',
  ]);
});
