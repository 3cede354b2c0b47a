import { type Composition, type FhirResource, NOTE_FORMATS, withNoteSections } from '@fieldchart/clinical';
import { createSeededRandom } from '@fieldchart/foundation';

/** Edits of notes in a mixed order, each note edited about as often as the others. The same every time. */
export function* planEdits(notes: readonly FhirResource[], edits: number): Generator<Composition> {
  const current = notes.filter((one) => one.resourceType === 'Composition');
  const section = NOTE_FORMATS.DAP.sections[0]?.code ?? '';
  const random = createSeededRandom(5);
  let line: number[] = [];
  for (let made = 0; made < edits; made += 1) {
    if (line.length === 0) line = shuffled(current.length, random.bytes(current.length * 2));
    const at = line.pop() ?? 0;
    const note = current[at];
    if (note === undefined) throw new Error('There is no note to edit');
    const edited = withNoteSections(note, {
      [section]: `Client came on time. Wording ${made} of this text.`,
    });
    current[at] = edited;
    yield edited;
  }
}

/** The numbers from 0 in an order that the bytes decide, two for each. */
function shuffled(count: number, bytes: Uint8Array): number[] {
  const weight = (at: number) => (bytes[2 * at] ?? 0) * 256 + (bytes[2 * at + 1] ?? 0);
  return Array.from({ length: count }, (_, at) => at).toSorted((a, b) => weight(a) - weight(b) || a - b);
}
