import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as (how?: { readonly type: 'minor' | 'major' }) => void;

/** Frees what nothing refers to. */
export function collectGarbage(): void {
  collect({ type: 'major' });
}

/** Moves what was just made to where V8 keeps what has been there for a while: it does so the second time it is met. */
export function ageMemory(): void {
  collect({ type: 'minor' });
  collect({ type: 'minor' });
}
