import type { MutationKind } from '../entry.ts';
import { bodyOf, requestOf } from './effectBody.ts';
import { effectOf, isRecord, type OfflineAction, type OfflineState } from './offlineTypes.ts';
import { namesIn, parentsOf, queryOfUrl, resourceOfUrl } from './resourceNames.ts';

/** What an action does, in the queue's terms. */
export type Description =
  | {
      readonly kind: MutationKind;
      /** Name of what it changes: the same for every action on it. */
      readonly resource: string;
      /**
       * Names of other resources that it needs: ids, `collection/id`, or URLs. Names of what does not wait in the
       * outbox do no harm.
       */
      readonly references: Iterable<string>;
      /** Actions of different authors stay apart. */
      readonly author?: string;
      /** Nothing later is merged into it. */
      readonly barrier?: boolean;
      /**
       * One action in the place of both, or null where the server must see both. Without it, the bodies of the two
       * requests decide.
       */
      readonly merge?: (earlier: OfflineAction, later: OfflineAction) => OfflineAction | null;
    }
  /** It changes nothing: it is sent in its turn, and others may be merged across it. */
  | { readonly kind: 'read' };

/**
 * Says what an action does, or null where it cannot tell: such an action is sent in its turn, and nothing is
 * merged across it. The answer must depend on nothing that changes.
 */
export type Describe = (action: OfflineAction, offline: OfflineState) => Description | null;

/**
 * Reads a request as REST: PUT and PATCH update and DELETE deletes what the URL names, POST creates `url/id` where
 * the body has an `id`. GET, POST without an id, and whatever is no request are left alone.
 *
 * A POST that is a command and whose body has an `id` needs a description of the app's own.
 */
export const describeRest: Describe = (action) => {
  const request = requestOf(effectOf(action));
  if (request === null || 'x-http-method-override' in request.headers) return null;
  const resource = resourceOfUrl(request.url);
  const body = bodyOf(request)?.value;
  // What a record is itself called is no reference to others of that name.
  const { id, ...fields } = isRecord(body) ? body : { id: undefined, body };
  const references = new Set([...namesIn(fields), ...namesIn(queryValues(request.url))]);
  switch (request.method) {
    case 'PUT':
    case 'PATCH':
      return { kind: 'update', resource, references };
    case 'DELETE':
      return { kind: 'delete', resource, references };
    case 'POST': {
      if ((typeof id !== 'string' && typeof id !== 'number') || id === '') return null;
      return { kind: 'create', resource: `${resource}/${encodeURIComponent(id)}`, references };
    }
    default:
      return null;
  }
};

/** What a request that is no change refers to: it waits for that like any other. */
function referencesOfAnyRequest(action: OfflineAction): Iterable<string> {
  const request = requestOf(effectOf(action));
  if (request === null) return [];
  return [
    ...namesIn(bodyOf(request)?.value),
    ...namesIn([request.url]),
    ...parentsOf(resourceOfUrl(request.url)),
    ...namesIn(queryValues(request.url)),
  ];
}

function queryValues(url: string): readonly string[] {
  return queryOfUrl(url)
    .split('&')
    .map((pair) => pair.slice(pair.indexOf('=') + 1));
}

/** What an action refers to, by any name, and the resource that it changes; '' where it changes none. */
export function referencesIn(
  action: OfflineAction,
  description: Description | null,
): { readonly references: readonly string[]; readonly resource: string } {
  return description === null || description.kind === 'read'
    ? { references: [...referencesOfAnyRequest(action)], resource: '' }
    : { references: [...description.references], resource: description.resource };
}
