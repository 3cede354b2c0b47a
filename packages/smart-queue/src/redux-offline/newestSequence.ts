/** Sequences, added in ascending order, of which the newest is asked for that is still there. */
export interface NewestSequence {
  add(sequence: number): void;
  /** 0 when none is there. */
  newest(): number;
}

export function createNewestSequence(isThere: (sequence: number) => boolean): NewestSequence {
  let sequences: number[] = [];
  let roomFor = 1024;
  return {
    add(sequence) {
      sequences.push(sequence);
      if (sequences.length < roomFor) return;
      // What has gone is looked for seldom, so that it costs next to nothing.
      sequences = sequences.filter(isThere);
      roomFor = Math.max(1024, sequences.length * 2);
    },
    newest() {
      for (let last = sequences.at(-1); last !== undefined; last = sequences.at(-1)) {
        if (isThere(last)) return last;
        sequences.pop();
      }
      return 0;
    },
  };
}
