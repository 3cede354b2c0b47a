/** Entries by their sequence, the earliest first: a binary heap, so that none is searched for. */
export interface SequenceHeap {
  /** The same id twice stands once. */
  offer(id: string, sequence: number): void;
  /** Takes out the first; undefined when there is none. */
  take(): { readonly id: string; readonly sequence: number } | undefined;
}

interface Place {
  readonly id: string;
  readonly sequence: number;
}

export function createSequenceHeap(): SequenceHeap {
  const heap: Place[] = [];
  const offered = new Set<string>();
  const sequenceAt = (at: number) => heap[at]?.sequence ?? Infinity;
  const swap = (a: number, b: number) => {
    const [first, second] = [heap[a], heap[b]];
    if (first === undefined || second === undefined) return;
    heap[a] = second;
    heap[b] = first;
  };
  return {
    offer(id, sequence) {
      if (offered.has(id)) return;
      offered.add(id);
      let at = heap.push({ id, sequence }) - 1;
      while (at > 0) {
        const above = (at - 1) >> 1;
        if (sequenceAt(above) <= sequenceAt(at)) break;
        swap(above, at);
        at = above;
      }
    },
    take() {
      const first = heap[0];
      const last = heap.pop();
      if (first === undefined || last === undefined) return undefined;
      offered.delete(first.id);
      if (heap.length === 0) return first;
      heap[0] = last;
      for (let at = 0; ;) {
        const left = 2 * at + 1;
        const smaller = sequenceAt(left) <= sequenceAt(left + 1) ? left : left + 1;
        if (sequenceAt(smaller) >= sequenceAt(at)) return first;
        swap(smaller, at);
        at = smaller;
      }
    },
  };
}
