import type { ConsentForm } from './forms.ts';

export const treatmentEn: ConsentForm = {
  id: 'treatment',
  version: '1',
  language: 'en',
  title: 'Consent to treatment',
  paragraphs: [
    {
      heading: 'What I am agreeing to',
      text: 'I agree to receive behavioral health care from this provider. Care may include interviews, assessments, counseling or therapy, care planning and help with other services. My clinician will explain the care that is suggested for me, what it is for, and what else I could choose, including no treatment.',
    },
    {
      heading: 'Benefits and risks',
      text: 'Care can help people feel and function better, but no one can promise a result. Talking about hard things can bring up strong feelings, and things may feel worse for a while. I can ask questions at any time and can say no to any part of my care.',
    },
    {
      heading: 'My privacy',
      text: 'What I share is kept in a confidential record. It may be used or shared without my written permission only where the law allows or requires it: for example, when someone is in danger of serious harm, when abuse or neglect of a child or a vulnerable adult is suspected, or when a court orders it. The notice of privacy practices tells me more, and I can ask for a copy.',
    },
    {
      heading: 'In an emergency',
      text: 'My clinician is not available at all hours. If I am in danger or thinking about ending my life, I can call 911, go to the nearest emergency room, or call or text 988 (in the United States) at any hour.',
    },
    {
      heading: 'My choice',
      text: 'Signing is my choice. I can stop care and withdraw this consent at any time by telling my clinician or writing to the provider. Withdrawing does not undo care that was already given. This consent lasts until I withdraw it or my care here ends.',
    },
  ],
  disclosures: [
    {
      heading: 'Paper instead of a screen',
      text: 'I do not have to sign on this device. I can ask for this form on paper, at no cost, and sign it by hand.',
    },
    {
      heading: 'Changing my mind about signing electronically',
      text: 'Agreeing to sign on this device covers this form only. Before I sign I can stop and ask for paper, and this has no effect on my care.',
    },
    {
      heading: 'My copy',
      text: 'I can have a copy of the signed form, on paper or as a PDF file, today or later. I only need to ask my clinician or the provider’s office. To open the file I need a device that shows PDF documents.',
    },
    {
      heading: 'What my signature means',
      text: 'My mark or typed name on this device is meant as my signature, as if I signed on paper. The date and time, the form’s version and the name of the clinician who was present are kept with it.',
    },
  ],
  hash: 'eb71a836282d88d84ce2f5d043d18d9f1f9624d33fcb9312eaaffd9b6ce90e62',
};
