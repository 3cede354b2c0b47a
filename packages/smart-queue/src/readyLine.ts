/** Units that may be sent, in the order of their first entries. Looking at the first of them costs the same behind any number. */
export interface ReadyLine {
  /** The same id twice stands once. */
  offer(id: string, sequence: number): void;
  /** Ids in order, for as long as they are asked for. Nothing is taken out. */
  ids(): Iterable<string>;
  /** It may not be sent any more. */
  drop(id: string): void;
}

interface Place {
  readonly id: string;
  readonly sequence: number;
}

/** A sorted array with a moving head: nearly everything becomes ready in the order in which it was made. */
export function createReadyLine(): ReadyLine {
  let places: Place[] = [];
  let head = 0;
  const offered = new Set<string>();

  const placeFor = (sequence: number): number => {
    let [low, high] = [head, places.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((places[middle]?.sequence ?? 0) < sequence) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  /** Forgets what was dropped at the head. */
  const moveHead = () => {
    for (let first = places[head]; first !== undefined && !offered.has(first.id); first = places[head])
      head += 1;
    if (head < 1024 || head * 2 < places.length) return;
    places = places.slice(head);
    head = 0;
  };

  return {
    offer(id, sequence) {
      if (offered.has(id)) return;
      offered.add(id);
      const last = places.at(-1);
      if (last === undefined || last.sequence < sequence) places.push({ id, sequence });
      // What was dropped and is ready again may still have its place.
      else if (places[placeFor(sequence)]?.id !== id) places.splice(placeFor(sequence), 0, { id, sequence });
    },
    *ids() {
      moveHead();
      for (let at = head; at < places.length; at += 1) {
        const place = places[at];
        if (place !== undefined && offered.has(place.id)) yield place.id;
      }
    },
    drop(id) {
      offered.delete(id);
    },
  };
}
