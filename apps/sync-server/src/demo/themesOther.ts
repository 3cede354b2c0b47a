import type { Theme } from './themes.ts';

export const otherThemes: readonly Theme[] = [
  {
    icd10: 'F43.10',
    display: 'Post-traumatic stress disorder, unspecified',
    measure: { name: 'PCL-5', from: 51, to: 22 },
    firstVisit:
      'First visit. Client described nightmares, being constantly on guard and avoiding reminders of a past trauma, which was named but not gone into today.',
    reports: {
      beginning: [
        'Client reported nightmares on {days} nights and sleeping with the light on.',
        'Client avoids driving past certain places and sits with the back to the wall in public.',
        'Client startles at sudden noises and described snapping at {relative} afterward.',
        'Client feels cut off from others, even at gatherings with people who are liked and trusted.',
      ],
      working: [
        'Client used grounding when a memory came up during {work} and was able to go on.',
        'Client read the written account aloud in session and rated distress from eight down to five.',
        'Client went to the grocery store at a busy hour as planned and stayed until distress fell.',
        'Client questioned the belief "it was my fault" and found parts of it that do not hold.',
        'Client had {days} nights without nightmares and slept with the light off once.',
      ],
      setback: [
        'Client reported more nightmares and intrusive memories since {stressor}.',
        'Client stopped going out in the evening after {stressor} and asked {relative} to do the shopping.',
        'Client woke up sweating on {days} nights and has been tired and irritable during the day.',
      ],
      gaining: [
        'Client described the memory as "something that happened" rather than something that is happening.',
        'Client drove past the avoided place alone and was proud of it.',
        'Client sleeps through most nights and has returned to {hobby}.',
        'Client sat with {relative} in a crowded restaurant and enjoyed the meal.',
      ],
    },
    assessments: {
      beginning: [
        'Re-experiencing, avoidance and hyperarousal are present; avoidance keeps the symptoms in place. Work on safety and stability comes first.',
        'Client has good motivation and beginning trust in the process; pace is to remain in the hands of client.',
      ],
      working: [
        'Client tolerates trauma-focused work well; distress rises and falls within sessions as expected.',
        'Avoidance is giving way, and self-blame is less fixed than it was.',
      ],
      setback: [
        'Symptoms have flared up after {stressor}; trauma work is paused in favor of stabilization, by agreement.',
        'The recent reminder explains the increase in symptoms; client remains oriented in the present and able to use grounding.',
      ],
      gaining: [
        'Symptoms are well below those at intake; client has reclaimed places and activities that had been avoided.',
        'Trauma memory is integrated to a large degree, and remaining sleep problems are mild.',
      ],
    },
    interventions: [
      'Practiced grounding with the five senses and slow breathing.',
      'Continued cognitive processing of beliefs about safety, trust and blame.',
      'Planned graded return to avoided places, with distress ratings.',
      'Reviewed how trauma affects body and memory, using examples client had noticed.',
    ],
    homework: [
      'Client will practice grounding daily, also on calm days.',
      'Client will complete one worksheet on a stuck belief.',
      'Client will visit the next place on the list and stay until distress falls by half.',
      'Client will keep a note of nightmares and of what helped afterward.',
    ],
  },
  {
    icd10: 'F10.20',
    display: 'Alcohol dependence, uncomplicated',
    measure: null,
    firstVisit:
      'First visit. Client described daily drinking over {months} months, failed attempts to cut down, and worry of {relative}. No history of withdrawal seizures; medical evaluation was done before today.',
    reports: {
      beginning: [
        'Client reported drinking on {days} days since the last visit, mostly in the evening alone.',
        'Client said that drinking helps to "switch off" after {work}, yet sleep is worse afterward.',
        'Client feels two ways about stopping: tired of the mornings after, afraid of the empty evenings.',
        'Client hid bottles from {relative} and felt ashamed when they were found.',
      ],
      working: [
        'Client reported {days} days in a row without alcohol and brought the drink diary.',
        'Client left a gathering early when urges became strong, and called {relative} from the car.',
        'Client attended a mutual-help meeting and spoke briefly.',
        'Client filled the hour after {work}, when urges are strongest, with {hobby}.',
        'Client takes naltrexone as prescribed and described urges as weaker.',
      ],
      setback: [
        'Client returned to drinking for {days} days after {stressor} and called to tell it before the visit.',
        'Client drank at a family event following {stressor} and described strong shame.',
        'Client skipped meetings since {stressor} and kept away from people who know about the recovery.',
      ],
      gaining: [
        'Client has remained without alcohol since the last visit and notices better sleep and clearer mornings.',
        'Client was offered a drink at a birthday and declined without long explanation.',
        'Client spends evenings with {hobby} and with {relative}.',
        'Client was asked to help set up chairs at the meeting and goes early each week.',
      ],
    },
    assessments: {
      beginning: [
        'Alcohol use disorder with loss of control and use despite harm; client is ambivalent and open to talk. No signs of withdrawal today.',
        'Reasons for change come from client: health, and the trust of family. Confidence is lower than importance.',
      ],
      working: [
        'Early recovery: urges are frequent but client knows triggers and has ways to ride them out.',
        'Client is building days without alcohol and a daily structure that supports them.',
      ],
      setback: [
        'A return to use with a clear trigger; client stopped by own decision and came to the visit, which are signs of strength. No withdrawal signs today.',
        'Shame after the lapse is itself a risk; client could consider it as information about what the plan was missing.',
      ],
      gaining: [
        'Recovery is stable; client has support, structure and a practiced plan for high-risk moments.',
        'Client identifies as a person in recovery and gives support to others.',
      ],
    },
    interventions: [
      'Used motivational interviewing; explored what drinking gives and what it takes.',
      'Mapped high-risk situations and rehearsed refusing a drink.',
      'Practiced urge surfing in session and compared urges at start and end.',
      'Did a chain analysis of a recent urge from trigger to action.',
    ],
    homework: [
      'Client will keep the drink and urge diary daily.',
      'Client will attend at least one meeting before the next visit.',
      'Client will plan the hour after {work} for each day of the week.',
      'Client will call {relative} or the peer specialist when an urge lasts longer than half an hour.',
    ],
  },
  {
    icd10: 'F11.20',
    display: 'Opioid dependence, uncomplicated',
    measure: null,
    firstVisit:
      'First visit. Client is newly on buprenorphine-naloxone through the clinic prescriber, after {months} months of daily opioid use that began with pain tablets.',
    reports: {
      beginning: [
        'Client reported no opioid use since starting medication, with mild sweating and restless sleep.',
        'Client described cravings in the late afternoon, when former friends used to call.',
        'Client blocked {days} telephone numbers and feels lonely as well as relieved.',
        'Client worries that {relative} will never trust {them} with money again.',
      ],
      working: [
        'Client takes the medication daily as prescribed, and the last screening matched what client reported.',
        'Client has carried naloxone since last month and showed {relative} how to use it.',
        'Client met a former friend by chance and walked on after a short greeting.',
        'Client has been on time with {work} for {days} days in a row and values the routine.',
      ],
      setback: [
        'Client used once after {stressor}, told the prescriber the next day and has taken the medication since.',
        'Client missed {days} doses around the time of {stressor} and described strong cravings.',
        'Client reported back pain since {stressor} and fear of where the pain may lead.',
      ],
      gaining: [
        'Client reported no cravings on most days and no use since the last visit.',
        'Client opened a savings account and {relative} was at the bank for it.',
        'Client manages back pain with stretching and walking, as discussed with the primary care office.',
        'Client has returned to {hobby} and met people there who do not use.',
      ],
    },
    assessments: {
      beginning: [
        'Opioid use disorder, newly stabilized on medication; risk is highest in these first months and client takes it seriously.',
        'Client accepts medication as treatment. Loneliness and old contacts are the main risks at present.',
      ],
      working: [
        'Client is stable on medication with good attendance; daily structure is growing.',
        'Client handles contact with former friends with forethought; family trust is slowly returning.',
      ],
      setback: [
        'A single return to use, told openly and without loss of treatment; overdose risk was reviewed in plain words.',
        'Cravings have increased with {stressor}; the alliance is strong and the plan needs closer visits for a time.',
      ],
      gaining: [
        'Sustained recovery on medication, with gains in family life and work.',
        'Client has a wide base of support and sees medication as one part of a full life.',
      ],
    },
    interventions: [
      'Reviewed triggers of the past week and what was done in place of using.',
      'Reviewed overdose risk, loss of tolerance and the place where naloxone is kept.',
      'Used motivational interviewing around daily medication and contact with the prescriber.',
      'Practiced how to end a conversation with somebody who offers to use together.',
    ],
    homework: [
      'Client will take medication daily and keep it in the lock box.',
      'Client will plan late afternoons in advance, with {hobby} on at least two of them.',
      'Client will attend the recovery group on Thursday.',
      'Client will tell {relative} about one thing that went well this week.',
    ],
  },
  {
    icd10: 'F20.9',
    display: 'Schizophrenia, unspecified',
    measure: null,
    firstVisit:
      'First visit after discharge from the hospital. Client described voices over the past {months} months and agreed to visits at home and in the clinic.',
    reports: {
      beginning: [
        'Client reported hearing voices on most days, commenting on everyday actions; no commands.',
        'Client keeps the curtains closed since neighbors "might be listening", with some doubt about it.',
        'Client eats once a day and had not left the apartment for {days} days.',
        'Client is unsure about the injection and asked how long it stays in the body.',
      ],
      working: [
        'Client used headphones and humming when voices became loud and found that they faded.',
        'Client came to the monthly injection on time, accompanied by {relative}.',
        'Client went for a walk with the peer specialist on {days} days and bought groceries.',
        'Client considered other explanations for the noise next door and opened the curtains for part of the day.',
      ],
      setback: [
        'Client reported louder voices and little sleep since {stressor}.',
        'Client received the last injection {days} days late because of {stressor}, and suspicion of neighbors has grown.',
        'Client stayed in the bedroom for most of the week and did not answer when {relative} knocked.',
      ],
      gaining: [
        'Client described the voices as quiet and easy to ignore on most days.',
        'Client cooks three evenings a week and invited {relative} for a meal.',
        'Client takes part in the drop-in center and joined others for {hobby}.',
        'Client keeps appointments by own calendar and asked about part-time work.',
      ],
    },
    assessments: {
      beginning: [
        'Residual psychotic symptoms with social withdrawal; insight is partial and client accepts support.',
        'Trust is developing. Engagement, medication and basic daily needs come first.',
      ],
      working: [
        'Positive symptoms are less distressing with medication and coping strategies; activity is increasing.',
        'Client holds suspicious ideas with less conviction and is able to test them.',
      ],
      setback: [
        'Increase in psychotic symptoms in connection with {stressor} and poor sleep; early signs match the relapse plan.',
        'Client is more withdrawn and suspicious but accepts visits; contact with the prescriber is needed promptly.',
      ],
      gaining: [
        'Symptoms are well controlled; the focus is on roles, friendships and work.',
        'Client manages daily life with light support and recognizes early signs.',
      ],
    },
    interventions: [
      'Practiced coping strategies for voices and rated which help most.',
      'Explored other possible explanations together, without pressing the point.',
      'Rehearsed a short conversation with a neighbor.',
      'Planned the week with client: meals, laundry, one outing.',
    ],
    homework: [
      'Client will use the list of coping strategies on the refrigerator.',
      'Client will go out once a day, even if only to the mailbox.',
      'Client will note voices as quiet, medium or loud each evening.',
      'Client will put the date of the injection into the calendar and tell {relative}.',
    ],
  },
];
