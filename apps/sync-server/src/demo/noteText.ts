import type { VisitPlace } from '@fieldchart/clinical';
import type { Chooser } from './chooser.ts';
import { type Story, fillSlots, phaseAt } from './story.ts';
import type { Phase, Theme } from './themes.ts';

// A progress note in the format data, assessment, plan: sentences that any diagnosis shares, and those of its theme.

const SETTINGS: Readonly<Record<VisitPlace, readonly string[]>> = {
  HH: [
    'Met with client at home, at the kitchen table.',
    'Home visit; client was expecting the visit and the door was open.',
    'Met at home in the living room; television was turned off at the request of client.',
    'Home visit of about fifty minutes; no one else was in the room.',
    'Met with client on the porch, out of hearing of others.',
  ],
  AMB: [
    'Client arrived on time for an individual session at the clinic.',
    'Individual session at the clinic; client arrived ten minutes late because of the road.',
    'Client came to the clinic by the county bus.',
    'Individual session of fifty minutes at the clinic.',
  ],
  VR: [
    'Video session; client was at home and confirmed being alone in the room.',
    'Video session; the picture froze once and the talk went on by telephone for a few minutes.',
    'Video session; client confirmed the location and a number to call back.',
  ],
};

const SLEEP: Readonly<Record<Phase, readonly string[]>> = {
  beginning: [
    'Sleep is broken, about five hours a night.',
    'Appetite is poor and meals are irregular.',
    'Sleep is short, with early waking.',
  ],
  working: [
    'Sleep has improved to about six hours a night.',
    'Appetite is fair and client eats two meals on most days.',
    'Sleep is still uneven, better on days with activity.',
  ],
  setback: [
    'Sleep has worsened to about four or five hours.',
    'Client has been eating little over the past week.',
  ],
  gaining: [
    'Sleep is about seven hours a night.',
    'Appetite and energy are good.',
    'Sleep is restful on most nights and client keeps regular hours.',
  ],
};

const APPEARANCE: Readonly<Record<Phase, readonly string[]>> = {
  beginning: [
    'On observation: tense posture, soft speech, limited eye contact; thoughts were organized.',
    'Affect was constricted and speech slow; client was oriented and cooperative.',
    'Client appeared tired and sat at the edge of the chair; answers were brief but to the point.',
  ],
  working: [
    'Affect was brighter than at the last visit, with appropriate eye contact.',
    'Client was engaged, took notes and asked questions; speech was of normal rate.',
    'Affect was somewhat anxious at first and eased as the session went on.',
  ],
  setback: [
    'Affect was tearful at times; client was oriented and able to stay with the conversation.',
    'Client appeared worn out, with long pauses before answering; grooming was adequate.',
    'Mood was low and affect in keeping with it; thoughts were organized.',
  ],
  gaining: [
    'Affect was full in range; client laughed at times.',
    'Client was relaxed, well groomed and spoke freely.',
    'Mood and affect were bright and in keeping with each other.',
  ],
};

const RESPONSES: readonly string[] = [
  'Client took an active part and gave examples from the past week.',
  'Client was hesitant at first and then willing to try.',
  'Client said that this made sense and summarized it in a few words.',
  'Client found the exercise harder than expected and wanted to repeat it next time.',
  'Client asked for the steps in writing, which were provided.',
];

const SAFETY: Readonly<Record<Phase, readonly string[]>> = {
  beginning: [
    'Client denied thoughts of suicide or of harming others; the safety plan was written together.',
    'Passive thoughts of not wanting to wake up were reported some weeks ago, none at present; no plan or intent. Safety plan reviewed.',
    'No thoughts of suicide or of harming others were reported today; the 988 line was explained.',
  ],
  working: [
    'Client denied thoughts of suicide or of harming others.',
    'No safety concerns were reported or observed.',
    'Risk is judged low; client knows the safety plan and where it is kept.',
  ],
  setback: [
    'Client was asked directly and denied thoughts of suicide, plan or intent; the safety plan was reviewed line by line.',
    'Fleeting thoughts that life is too hard, without plan or intent; means safety was discussed and client agreed to call if this changes.',
    'Client denied thoughts of harming self or others; closer contact was agreed because of the current strain.',
  ],
  gaining: [
    'Client denied thoughts of suicide or of harming others; protective factors are strong.',
    'No safety concerns today; client named three people to turn to.',
    'Risk is judged low and hope for the future was expressed.',
  ],
};

const CONTINUATIONS: Readonly<Record<Phase, readonly string[]>> = {
  beginning: [
    'Continue with weekly visits while goals are being set.',
    'Complete the treatment plan at the next visit.',
  ],
  working: ['Continue with the present treatment plan.', 'Continue; review goals with client in four weeks.'],
  setback: [
    'Increase contact for now, with a telephone call between visits.',
    'Inform the supervisor about the setback and adjust the plan with client.',
    'Send a message to the prescriber with the agreement of client.',
  ],
  gaining: ['Space visits further apart if gains hold.', 'Begin to write down a plan for keeping well.'],
};

const NEXT_VISITS: readonly string[] = [
  'Next visit in one week.',
  'Next visit in two weeks, same place.',
  'Next visit is set; client has the date on a card.',
  'Client will be called the day before the next visit.',
];

const FIRST_INTERVENTION =
  'Explained confidentiality and its limits, heard the history and agreed with client on what to work on first.';

export interface NoteTexts {
  readonly data: string;
  readonly assessment: string;
  readonly plan: string;
}

export interface NoteMoment {
  readonly theme: Theme;
  readonly story: Story;
  readonly place: VisitPlace;
  /** Which visit of how many, from 0. */
  readonly visit: number;
  readonly visits: number;
  readonly chooser: Chooser;
}

/** The text of one visit's note, fitting the client's story and how far it has come. */
export function noteTexts(moment: NoteMoment): NoteTexts {
  const { theme, story, chooser, visit, visits } = moment;
  const progress = visit / Math.max(1, visits - 1);
  const phase = phaseAt(story, progress);
  const [usual = '', second = ''] = chooser.sample(theme.interventions, 2);
  const intervention = visit === 0 ? FIRST_INTERVENTION : usual;
  const write = (sentences: readonly string[]) =>
    sentences
      .filter((sentence) => sentence !== '')
      .map((sentence) => fillSlots(sentence, story, chooser))
      .join(' ');
  const fitting = theme.reports[phase].filter((report) => visit > 0 || !report.includes('last visit'));
  const opening = [chooser.pick(SETTINGS[moment.place]), visit === 0 ? theme.firstVisit : ''];
  const reports = chooser.sample(fitting, chooser.between(2, 3));
  return {
    data:
      write([...opening, ...reports, chooser.pick(SLEEP[phase]), chooser.pick(APPEARANCE[phase])]) +
      `\n\n${write([intervention, chooser.pick(RESPONSES)])}`,
    assessment: write([
      chooser.pick(theme.assessments[phase]),
      measureSentence(moment, phase, progress),
      chooser.pick(SAFETY[phase]),
    ]),
    plan: write([
      chooser.pick(CONTINUATIONS[phase]),
      ...chooser.sample(theme.homework, chooser.between(1, 2)),
      chooser.chance(0.4) ? `Planned for next time: ${lowerFirst(planned(second))}` : '',
      chooser.pick(NEXT_VISITS),
    ]),
  };
}

/** The questionnaire's score today, moving from the intake's toward the last one, and up again in the setback. */
function measureSentence(moment: NoteMoment, phase: Phase, progress: number): string {
  const { measure } = moment.theme;
  if (measure === null || (moment.visit > 0 && !moment.chooser.chance(0.6))) return '';
  const span = measure.from - measure.to;
  const drift = phase === 'setback' ? span * 0.3 : 0;
  const noise = moment.chooser.between(-1, 1) * Math.max(1, Math.round(span * 0.06));
  const score = Math.round(measure.from - span * progress + drift + noise);
  if (moment.visit === 0) return `${measure.name} score today is ${score}, which serves as the baseline.`;
  if (phase === 'setback') return `${measure.name} score today is ${score}, higher than at recent visits.`;
  return `${measure.name} score today is ${score} (at intake about ${measure.from}).`;
}

const PLANNED: readonly (readonly [RegExp, string])[] = [
  [/^Used (?=\w)/u, 'Use '],
  [/^Reviewed /u, 'Review '],
  [/^Practiced /u, 'Practice '],
  [/^Planned /u, 'Plan '],
  [/^Examined .*/u, 'Look again at feared outcomes and how likely they are.'],
  [/^Worked on /u, 'Work on '],
  [/^Went through /u, 'Go through '],
  [/^Discussed /u, 'Discuss '],
  [/^Offered .*/u, 'Leave room for the losses that the change has brought.'],
  [/^Explored /u, 'Explore '],
  [/^Continued /u, 'Continue '],
  [/^Mapped /u, 'Map '],
  [/^Did /u, 'Do '],
  [/^Rehearsed /u, 'Rehearse '],
];

/** An intervention's sentence as an intention, without the detail that only a finished session has. */
function planned(sentence: string): string {
  const [main = ''] = sentence.split(/[:;]| in session| and compared| and rated/u);
  const [from, to] = PLANNED.find(([pattern]) => pattern.test(main)) ?? [/^/u, ''];
  return main.replace(from, to).replace(/\.?$/u, '.');
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
