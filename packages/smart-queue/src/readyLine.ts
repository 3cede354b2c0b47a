/** Units that may be sent, in the order of their first entries. Looking at the first of them costs the same behind any number. */
export interface ReadyLine {
  /** The same sequence twice stands once, under its latest id. */
  offer(id: string, sequence: number): void;
  /** In order, for as long as they are asked for. Nothing is taken out. */
  places(): Iterable<Place>;
  /** It may not be sent any more. */
  drop(place: Place): void;
}

export interface Place {
  readonly id: string;
  readonly sequence: number;
}

/** A sorted array with a moving head: nearly everything becomes ready in the order in which it was made. */
export function createReadyLine(): ReadyLine {
  let line: (Place & { dropped: boolean })[] = [];
  let head = 0;

  const indexOf = (sequence: number): number => {
    let [low, high] = [head, line.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((line[middle]?.sequence ?? 0) < sequence) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  /** Forgets what was dropped at the head. */
  const moveHead = () => {
    while (line[head]?.dropped === true) head += 1;
    if (head < 1024 || head * 2 < line.length) return;
    line = line.slice(head);
    head = 0;
  };

  return {
    offer(id, sequence) {
      const place = { id, sequence, dropped: false };
      const last = line.at(-1);
      if (last === undefined || last.sequence < sequence) {
        line.push(place);
        return;
      }
      const at = indexOf(sequence);
      // What was dropped and is ready again may still have its place.
      line.splice(at, line[at]?.sequence === sequence ? 1 : 0, place);
    },
    *places() {
      moveHead();
      for (let at = head; at < line.length; at += 1) {
        const place = line[at];
        if (place !== undefined && !place.dropped) yield place;
      }
    },
    drop(place) {
      const held = line[indexOf(place.sequence)];
      if (held?.sequence === place.sequence) held.dropped = true;
    },
  };
}
