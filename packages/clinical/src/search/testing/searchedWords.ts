import fc from 'fast-check';

// What notes and queries are made of: few words, so that they meet, in their forms, in both languages, with diacritics,
// codes and signs; and some that nobody would write.

const FORMS = [
  'the and of was with she had her has cry cries cried crying run running panic panicked anxiety anxious sleeping sleeps',
  'la el que y en con por para llora lloró llorando llorar niña niño niñas ánimo ansiedad ansiosa duerme durmió madre',
  'José Gonzalez González peña casa case cases caso canto ｃａｓｏ ﬁne straße Łucja',
]
  .join(' ')
  .split(' ');
const SIGNED = [
  'self-harm',
  'F41.1',
  'F41',
  'PHQ-9=14',
  "client's",
  'don’t',
  '14/27',
  'en',
  'es',
  'status=final',
  'en=cri',
];
const NONSENSE = [
  `'`,
  `''`,
  '"',
  '\\',
  '&',
  '| ! :*',
  "':*",
  '<->',
  '(',
  '%',
  '_',
  '*',
  'NOT',
  '…',
  '\t',
  '٣',
  '漢字',
  'क्षि',
  '🙂',
];

const form = fc.constantFrom(...FORMS);

/** A word as it stands in a note. */
export const wordArbitrary: fc.Arbitrary<string> = fc.oneof(
  { weight: 12, arbitrary: form },
  { weight: 3, arbitrary: fc.constantFrom(...SIGNED) },
  { weight: 1, arbitrary: fc.constantFrom(...NONSENSE) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 6 }) },
);

/** A text of such words, that a note may hold. */
export const textArbitrary: fc.Arbitrary<string> = fc
  .array(wordArbitrary, { maxLength: 20, size: 'max' })
  .map((words) => words.join(' ').replace(NOT_OF_FHIR, ' '));

/** What a FHIR string may not hold. */
const NOT_OF_FHIR = /[^\t\n\r\u0020-\uD7FF\uE000-\u{10FFFF}]/gu;

/** What somebody types to find notes: words, beginnings of words, phrases, with and without something after them. */
export const typedArbitrary: fc.Arbitrary<string> = fc
  .tuple(
    fc.array(
      fc.oneof(
        { weight: 6, arbitrary: wordArbitrary },
        {
          weight: 4,
          arbitrary: fc.tuple(form, fc.nat(5)).map(([word, length]) => word.slice(0, length + 1)),
        },
        {
          weight: 3,
          arbitrary: fc.array(wordArbitrary, { maxLength: 3 }).map((words) => `"${words.join(' ')}"`),
        },
        { weight: 1, arbitrary: fc.array(form, { maxLength: 3 }).map((words) => `"${words.join(' ')}`) },
      ),
      { maxLength: 2 },
    ),
    fc.constantFrom('', '', ' '),
  )
  .map(([parts, end]) => `${parts.join(' ')}${end}`);
