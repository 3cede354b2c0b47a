import type { Entry } from './entry.ts';
import { entriesToHold, type QueueIndex, unitOf } from './queueIndex.ts';

/** Who stops when the server refuses an entry: it and its group are parked, what depends on them is held (O5). */
export async function decidePark(
  index: QueueIndex,
  entry: Entry,
): Promise<{ readonly parked: readonly string[]; readonly held: readonly string[] }> {
  const parked = (await unitOf(index, entry)).map((member) => member.id);
  return { parked, held: await entriesToHold(index, parked) };
}
