import type { ResourceKey } from '@fieldchart/clinical';
import { searchServer, type ServerProblem, type ServerQuestion } from '@fieldchart/fhir-sync';
import type { Clock, Timers } from '@fieldchart/foundation';
import type { KnownHere, RecordStore } from '@fieldchart/record-store';
import { onlyOnServer } from './mergeFound.ts';
import type { Online, OnlineAnswer, OnlineQuery, OnlineSearch } from './onlineViews.ts';
import { type FoundHit, hitsOf, showHits } from './serverHits.ts';
import type { RunningSync } from './startSync.ts';
import { toServerQuestion } from './toServerQuestion.ts';

/** A pause of typing. Each question is audited with its words: half of a word is not worth one. */
const PAUSE_MS = 600;
/** One look asks on while what it found is all on the device, so many pages at the most: a connection may be dear. */
const PAGES_AT_ONCE = 2;
/** So many new hits are enough for one look. */
const ENOUGH = 10;
/** Who comes back from a hit finds the list as it was, and the server is not asked again. */
const FRESH_MS = 120_000;

export interface OnlineSearchDeps {
  readonly store: Pick<RecordStore, 'knownHere' | 'onCommit'>;
  readonly sync: Pick<RunningSync, 'transport' | 'summary' | 'subscribe'>;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly practitionerId: string;
}

interface ServerSearch extends Pick<Online, 'searchServer' | 'wasFoundOnServer'> {
  /** Something else that was read led to these: they may be read without another word. */
  readonly foundBeside: (keys: readonly ResourceKey[]) => void;
  /** E5: ends what is under way and forgets what was heard. */
  readonly stop: () => void;
}

/** What the server has said so far to one question. Only in memory, and gone with the lock. */
interface Heard {
  readonly question: string;
  readonly at: number;
  readonly pages: readonly (readonly FoundHit[])[];
  readonly next: ServerQuestion | null;
  readonly preparing: boolean;
}

/** Searches the server beside the device, one request at a time. */
export function createOnlineSearch(deps: OnlineSearchDeps): ServerSearch {
  const { clock } = deps;
  const found = new Set<ResourceKey>();
  let running: OnlineSearch | undefined;
  let heard: Heard | undefined;
  let ended = false;

  return {
    searchServer: (query: OnlineQuery, onAnswer: (answer: OnlineAnswer) => void): OnlineSearch => {
      running?.stop();
      const asked = toServerQuestion(query, { practitionerId: deps.practitionerId, now: clock.now() });
      if (typeof asked === 'string' || ended) {
        onAnswer({ ...NOTHING, state: asked === 'device-only' ? asked : 'none' });
        return IDLE;
      }
      const question = JSON.stringify(query);
      const kept = heard?.question === question && clock.now() - heard.at < FRESH_MS ? heard : undefined;
      heard = kept;
      const search = runSearch(deps, {
        query,
        from: kept ?? { question, at: clock.now(), pages: [], next: asked, preparing: false },
        asked: kept !== undefined,
        onAnswer,
        onHeard: (now) => {
          heard = now;
          for (const { key } of now.pages.flat()) found.add(key);
        },
      });
      running = search;
      return search;
    },
    wasFoundOnServer: (key: ResourceKey) => found.has(key),
    foundBeside: (keys: readonly ResourceKey[]): void => {
      for (const key of keys) found.add(key);
    },
    stop: () => {
      ended = true;
      running?.stop();
      heard = undefined;
      found.clear();
    },
  };
}

const NOTHING = { problem: null, clients: [], notes: [], more: false, preparing: false } as const;
const IDLE: OnlineSearch = { more: () => {}, again: () => {}, stop: () => {} };

interface Run {
  readonly query: OnlineQuery;
  readonly from: Heard;
  /** What is kept is the answer: nothing is asked. */
  readonly asked: boolean;
  readonly onAnswer: (answer: OnlineAnswer) => void;
  readonly onHeard: (heard: Heard) => void;
}

function runSearch(deps: OnlineSearchDeps, { query, from, asked, onAnswer, onHeard }: Run): OnlineSearch {
  const { store, sync, timers, practitionerId, clock } = deps;
  let state: OnlineAnswer['state'] = asked ? 'found' : 'searching';
  let problem: ServerProblem['kind'] | null = null;
  let heard = from;
  let known: ReadonlyMap<ResourceKey, KnownHere> = new Map();
  let looks = 0;
  let ended = false;
  let end = () => {};
  const cancelled = new Promise<void>((resolve) => (end = resolve));

  const show = () => {
    if (ended) return;
    const hits = onlyOnServer(heard.pages, known);
    const { preparing, next } = heard;
    const shown = showHits(hits, known, query, { practitionerId, now: clock.now() });
    onAnswer({ state, problem, ...shown, more: next !== null, preparing });
  };
  /** What the device has may have changed: it has the word. */
  const lookAtDevice = async () => {
    looks += 1;
    const look = looks;
    const keys = heard.pages.flat().flatMap((hit) => [hit.key, `Patient/${hit.clientId}`]);
    const fresh = await store.knownHere([...new Set(keys)]);
    if (look === looks && !ended) known = fresh;
  };
  const fail = (kind: ServerProblem['kind']) => {
    state = 'failed';
    problem = kind;
    show();
  };
  const ask = async () => {
    const before = onlyOnServer(heard.pages, known).length;
    for (let page = 0; page < PAGES_AT_ONCE && heard.next !== null; page += 1) {
      const answer = await searchServer(sync.transport, heard.next, cancelled);
      if (ended) return;
      if (!answer.ok) return fail(answer.error.kind);
      const { next, preparing } = answer.value;
      heard = { ...heard, pages: [...heard.pages, hitsOf(answer.value)], next, preparing, at: clock.now() };
      onHeard(heard);
      await lookAtDevice();
      if (onlyOnServer(heard.pages, known).length - before >= ENOUGH) break;
    }
    state = 'found';
    show();
  };
  let asking = false;
  const start = () => {
    if (ended || asking) return;
    asking = true;
    state = 'searching';
    problem = null;
    show();
    ask()
      // The device's own database: closed by a lock, or reported by what else reads it.
      .catch(() => fail('unreadable'))
      .finally(() => (asking = false))
      .catch(() => {});
  };
  const cancelPause = asked ? () => {} : timers.after(PAUSE_MS, start);
  const stopCommits = store.onCommit(({ keys, clients }) => {
    if (heard.pages.length === 0 || (keys.size === 0 && clients.size === 0)) return;
    lookAtDevice().then(show, () => {});
  });
  let { online } = sync.summary();
  const stopSync = sync.subscribe(() => {
    const back = !online && sync.summary().online;
    ({ online } = sync.summary());
    if (back && problem === 'unreachable') start();
  });
  if (asked) lookAtDevice().then(show, () => {});
  else show();

  return {
    more: () => {
      if (state === 'found') start();
    },
    again: () => {
      if (state === 'failed') start();
    },
    stop() {
      ended = true;
      end();
      cancelPause();
      stopCommits();
      stopSync();
    },
  };
}
