import type { Theme } from './themes.ts';

export const moodThemes: readonly Theme[] = [
  {
    icd10: 'F33.1',
    display: 'Major depressive disorder, recurrent, moderate',
    measure: { name: 'PHQ-9', from: 18, to: 5 },
    firstVisit:
      'First visit. Client described low mood, poor energy and loss of interest for about {months} months, with a similar episode some years ago.',
    reports: {
      beginning: [
        'Client reported feeling down most of the day and spending much of the weekend in bed.',
        'Client said that {hobby}, once a pleasure, now felt like too much effort.',
        'Client described harsh self-criticism about falling behind with {work}.',
        'Client had not answered calls from {relative} for several days and felt guilty about it.',
        'Client reported trouble concentrating and rereading the same page without taking it in.',
      ],
      working: [
        'Client completed {days} of the activities planned last time and noticed a slight lift in mood afterward.',
        'Client brought the activity log and saw that mood was lowest in the unplanned hours of the afternoon.',
        'Client caught the thought "I am a burden" and was able to write down evidence for and against it.',
        'Client took up {hobby} once for about twenty minutes, with less effort than expected.',
        'Client answered a call from {relative} and said that it went better than feared.',
      ],
      setback: [
        'Client reported a hard stretch after {stressor}, with a return of low mood and more time in bed.',
        'Client had stopped the activity log since {stressor} and felt "back at square one".',
        'Client canceled plans with {relative} and described feeling numb rather than sad.',
        'Client missed {days} days of {work} because getting up felt impossible.',
      ],
      gaining: [
        'Client described mood as "mostly okay" and has kept up {hobby} most weeks.',
        'Client noticed an early warning sign, staying up late and skipping meals, and acted on it the same day.',
        'Client spent time with {relative} and enjoyed it without feeling the need to pretend.',
        'Client has been steady with {work} and asked for help with one task instead of avoiding it.',
        'Client said that self-critical thoughts still come but "pass through faster".',
      ],
    },
    assessments: {
      beginning: [
        'Symptoms are consistent with a moderate depressive episode that withdrawal and inactivity keep going.',
        'Depressed mood and avoidance reinforce each other; client understands the link and is willing to try small steps.',
      ],
      working: [
        'Client responds to behavioral activation; gains are small but appear whenever planned activities are done.',
        'Client is learning to question hopeless thoughts and does so with less prompting than before.',
      ],
      setback: [
        'Depressive symptoms have increased in response to {stressor}; skills learned earlier are intact but little used at present.',
        'This is a lapse in a recurrent depression with a clear trigger, not a loss of all progress, and client was able to see it so.',
      ],
      gaining: [
        'Depression is improving; client uses skills without prompting and function has returned in most areas.',
        'Client is moving toward remission and the focus can shift to relapse prevention.',
      ],
    },
    interventions: [
      'Used behavioral activation: reviewed the week and scheduled activities by value and effort.',
      'Used cognitive restructuring on thoughts of being a burden.',
      'Reviewed the cycle of low mood, withdrawal and loss of reward, with examples from the past week.',
      'Practiced a compassionate reply to self-critical thoughts.',
    ],
    homework: [
      'Client will plan one activity for each afternoon and note mood before and after.',
      'Client will take up {hobby} twice this week for at least fifteen minutes.',
      'Client will complete one thought record when mood drops.',
      'Client will call {relative} once before the next visit.',
    ],
  },
  {
    icd10: 'F41.1',
    display: 'Generalized anxiety disorder',
    measure: { name: 'GAD-7', from: 16, to: 5 },
    firstVisit:
      'First visit. Client described worry on most days for more than {months} months about health, money and family, with muscle tension and poor sleep.',
    reports: {
      beginning: [
        'Client reported worrying "from the moment I wake up", mostly about money and the health of {relative}.',
        'Client described tight shoulders, headaches and trouble falling asleep.',
        'Client checks messages about {work} many times each evening to be sure that nothing was missed.',
        'Client asks {relative} for reassurance several times a day and feels calm only for minutes.',
        'Client put off a routine appointment for fear of bad news.',
      ],
      working: [
        'Client used the worry period on {days} days and was able to postpone some worries to it.',
        'Client sorted worries into those that can be solved and those that cannot, and solved one about {work}.',
        'Client waited half an hour before asking {relative} for reassurance and found that the urge passed.',
        'Client practiced slow breathing before bed and fell asleep sooner on most nights.',
        'Client noticed that most of the feared outcomes written down last month had not happened.',
      ],
      setback: [
        'Client reported a sharp rise in worry since {stressor} and has slept poorly.',
        'Client returned to checking and reassurance seeking after {stressor}.',
        'Client described a racing heart and a knot in the stomach on most days since {stressor}.',
        'Client gave up the worry period this past week because "everything felt urgent".',
      ],
      gaining: [
        'Client reported several days in a row with little worry and has returned to {hobby}.',
        'Client made a decision about {work} without asking anyone for reassurance.',
        'Client kept the appointment that had been put off and was relieved to have it done.',
        'Client described worry as "background noise" that no longer sets the course of the day.',
        'Client stayed with uncertainty about the plans of {relative} without checking.',
      ],
    },
    assessments: {
      beginning: [
        'Excessive worry, tension and reassurance seeking meet criteria for generalized anxiety and interfere with sleep and daily tasks.',
        'Checking and reassurance relieve anxiety briefly and keep it going; client could see this pattern on paper.',
      ],
      working: [
        'Client tolerates uncertainty a little longer each week and relies less on reassurance.',
        'Worry is less constant; client applies problem solving to practical worries and lets some others be.',
      ],
      setback: [
        'Anxiety has risen with {stressor}; old safety behaviors have returned in part.',
        'The increase in worry is understandable given {stressor}, and client still recognizes it as worry rather than fact.',
      ],
      gaining: [
        'Anxiety is well reduced and client acts by plan rather than by worry in most situations.',
        'Gains are holding; client has a realistic view that worry may return under stress and knows what to do.',
      ],
    },
    interventions: [
      'Reviewed the worry log and practiced telling solvable worries from hypothetical ones.',
      'Practiced progressive muscle relaxation in session; tension ratings fell by about half.',
      'Planned a graded exercise in not checking and not asking.',
      'Examined how likely and how bad a feared outcome was, and how client would cope.',
    ],
    homework: [
      'Client will keep a worry period of twenty minutes each afternoon.',
      'Client will delay each request for reassurance by thirty minutes and note what happens.',
      'Client will practice muscle relaxation before bed on at least {days} nights.',
      'Client will do one thing about {work} without checking it again.',
    ],
  },
  {
    icd10: 'F31.81',
    display: 'Bipolar II disorder',
    measure: { name: 'PHQ-9', from: 15, to: 6 },
    firstVisit:
      'First visit. Client described repeated depressions since youth and shorter periods of high energy with little need for sleep; diagnosis was made by the referring psychiatrist.',
    reports: {
      beginning: [
        'Client reported low energy and little reason to get up, after several days of high energy and little sleep last month.',
        'Client was unsure which changes of mood belong to the illness and which do not.',
        'Client had missed some evening doses of the mood stabilizer, mainly on days with long hours.',
        'Client regretted money spent during the last high period and had hidden it from {relative}.',
      ],
      working: [
        'Client kept the daily mood and sleep chart on {days} days and brought it to the visit.',
        'Client moved bedtime to the same hour each night and set an alarm for the evening dose.',
        'Client told {relative} about early signs of a high period and asked to be told when they show.',
        'Client noticed irritability and racing ideas after two short nights and went to bed early on the third.',
      ],
      setback: [
        'Client slept four to five hours for several nights after {stressor} and felt unusually driven.',
        'Client started three projects at once around {hobby} and argued with {relative} about money.',
        'Client described a drop in mood following a week of high energy, with tearfulness and fatigue.',
        'Client had missed {days} doses of the mood stabilizer around the time of {stressor}.',
      ],
      gaining: [
        'Client reported even mood for several weeks and regular sleep of seven to eight hours.',
        'Client took the medication every day as prescribed and no longer sees it as a defeat.',
        'Client turned down extra hours in order to protect sleep.',
        'Client enjoys {hobby} at a steady pace and sets a time to stop.',
      ],
    },
    assessments: {
      beginning: [
        'Current depressive phase of bipolar II disorder; irregular sleep and missed doses raise the risk of new episodes.',
        'Client is beginning to tell early signs apart and is open to charting mood and sleep.',
      ],
      working: [
        'Daily rhythm is becoming more regular and mood swings on the chart are smaller.',
        'Client recognizes early signs sooner and takes action with support from family.',
      ],
      setback: [
        'Hypomanic symptoms in connection with short sleep and {stressor}; insight is preserved and there are no psychotic symptoms.',
        'Mood has become unstable after disrupted sleep; prompt return to routine and contact with the prescriber are indicated.',
      ],
      gaining: [
        'Mood is stable; regular sleep and medication are well established.',
        'Client manages the illness actively and has a relapse plan shared with family.',
      ],
    },
    interventions: [
      'Reviewed the mood chart and connected changes in sleep with changes in mood.',
      'Worked on regular daily rhythm: rising, meals, activity and bedtime.',
      'Went through the early-warning list and the action agreed for each sign.',
      'Discussed reasons for and against taking medication, without argument.',
    ],
    homework: [
      'Client will chart mood, sleep and medication daily.',
      'Client will keep the same bedtime, also on days off.',
      'Client will show the early-warning list to {relative}.',
      'Client will wait two days before any purchase that was not planned.',
    ],
  },
  {
    icd10: 'F43.23',
    display: 'Adjustment disorder with mixed anxiety and depressed mood',
    measure: { name: 'PHQ-9', from: 13, to: 4 },
    firstVisit:
      'First visit. Client described sadness, worry and irritability that began after {stressor} and have not eased.',
    reports: {
      beginning: [
        'Client spoke at length about {stressor} and said that life has felt "on hold" since.',
        'Client reported tearfulness in the evenings and irritability with {relative}.',
        'Client has trouble planning beyond the next few days and keeps putting off decisions about {work}.',
        'Client said that friends expect recovery sooner than feels possible.',
      ],
      working: [
        'Client listed what has changed since {stressor} and what has not, and found the second list longer than expected.',
        'Client made a first decision about {work} and felt some relief.',
        'Client talked openly with {relative} about what has been hard.',
        'Client went back to {hobby} for the first time since {stressor}.',
      ],
      setback: [
        'Client found a reminder of {stressor} painful and had several days of low mood and poor sleep.',
        'Client argued with {relative} and afterward withdrew for {days} days.',
        'Client felt overwhelmed by paperwork that is still open since {stressor}.',
      ],
      gaining: [
        'Client spoke of {stressor} with sadness but without being overwhelmed.',
        'Client has settled into a new routine with {work} and makes plans some months ahead.',
        'Client helped {relative} with a problem and noticed being the one who gives support again.',
        'Client enjoys {hobby} regularly and described feeling "more like myself".',
      ],
    },
    assessments: {
      beginning: [
        'Distress beyond what client can manage alone, in clear connection with {stressor}; no symptoms of a major depressive episode at this time.',
        'Client is coping with a large change while keeping up daily duties; support at home is a strength.',
      ],
      working: [
        'Client is adapting: decisions are being made again and feelings are expressed rather than held back.',
        'Problem solving has reduced the feeling of being stuck; mood follows.',
      ],
      setback: [
        'A temporary increase in distress around a reminder, within what can be expected in adjustment.',
        'Conflict and unfinished practical matters have raised distress; coping skills are present.',
      ],
      gaining: [
        'Adjustment is well advanced; mood and function are near what they were before.',
        'Client has found a new footing and treatment goals are nearly met.',
      ],
    },
    interventions: [
      'Offered space to tell the story of the change and named the losses in it.',
      'Used step-by-step problem solving on the most pressing practical matter.',
      'Explored values that have stayed the same and small acts that fit them.',
      'Practiced saying clearly what support is wanted and what is not.',
    ],
    homework: [
      'Client will finish one open practical task and cross it off.',
      'Client will write for fifteen minutes about what has changed and what has not.',
      'Client will set aside an evening for {hobby}.',
      'Client will tell {relative} one concrete way to help.',
    ],
  },
];
