import type { Chooser } from './chooser.ts';
import type { Phase } from './themes.ts';

/** What stays the same through a client's notes, so that they tell one story. */
export interface Story {
  readonly relative: string;
  readonly work: string;
  readonly hobby: string;
  readonly stressor: string;
  readonly months: number;
  readonly them: string;
  /** Where the setback stands in the course, from 0 to 1. */
  readonly setbackAt: number;
}

const PRONOUNS = {
  female: { their: 'her', them: 'her' },
  male: { their: 'his', them: 'him' },
  other: { their: 'their', them: 'them' },
} as const;

const RELATIVES = {
  younger: ['sister', 'brother', 'mother', 'cousin', 'aunt', 'grandmother', 'best friend', 'uncle'],
  older: ['sister', 'brother', 'daughter', 'son', 'niece', 'cousin', 'best friend', 'grandson'],
} as const;
const WORK = {
  younger: [
    'the job at the feed store',
    'the night shift at the care home',
    'classes at the community college',
    'seasonal work at the orchard',
    'the kitchen job at the school',
    'bookkeeping for the family farm',
    'the warehouse job',
    'the job at the post office',
  ],
  older: [
    'volunteer work at the library',
    'bookkeeping for the family farm',
    'the part-time job at the thrift store',
    'work around the house',
    'volunteer driving for the senior center',
  ],
} as const;
const HOBBIES = [
  'gardening',
  'fishing',
  'quilting',
  'playing guitar',
  'walking the dog',
  'woodworking',
  'baking',
  'drawing',

  'singing in the choir',
  'horseback riding',
  'reading mysteries',
  'fixing old radios',
  'birdwatching',
  'beadwork',
];
const STRESSORS = [
  'the move from the family home',
  'the death of a cousin',
  'the separation',
  'the cut in household income',
  'the car accident',
  'the illness in the family',
  'the notice about unpaid rent',
  'the loss of a close friend',
  'the barn fire on the family property',
  'the dispute over an inheritance',
  'the hospital stay last season',
  'the closing of the mill',
] as const;

export function createStory(
  chooser: Chooser,
  person: { readonly gender: keyof typeof PRONOUNS; readonly age: number },
): Story {
  const { their, them } = PRONOUNS[person.gender];
  const time = person.age < 58 ? 'younger' : 'older';
  return {
    relative: `${their} ${chooser.pick(RELATIVES[time])}`,
    work: chooser.pick(WORK[time]),
    hobby: chooser.pick(HOBBIES),
    stressor: chooser.pick(STRESSORS),
    months: chooser.between(3, 11),
    them,
    setbackAt: chooser.between(42, 60) / 100,
  };
}

/** The phase of a course at a point from 0 to 1. */
export function phaseAt(story: Story, progress: number): Phase {
  if (progress < 0.2) return 'beginning';
  if (progress < story.setbackAt) return 'working';
  if (progress < story.setbackAt + 0.12) return 'setback';
  return progress < 0.72 ? 'working' : 'gaining';
}

/** Fills the slots of a sentence from the story. */
export function fillSlots(sentence: string, story: Story, chooser: Chooser): string {
  return sentence.replace(/\{(\w+)\}/gu, (_slot, name: string) => {
    if (name === 'days') return ['two', 'three', 'four', 'five'][chooser.between(0, 3)] ?? 'three';
    const value: unknown = Object.hasOwn(story, name) ? story[name as keyof Story] : undefined;
    if (typeof value !== 'string' && typeof value !== 'number') throw new RangeError(`no slot ${name}`);
    return String(value);
  });
}
