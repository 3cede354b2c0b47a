// What the law of search is tested with, on every database: charts, questions, and the answers that they must give.
export { clientTextArbitrary, patientsArbitrary, visitsArbitrary } from './clientArbitrary.ts';
export { type ClientSort, type ExpectedClient, expectedClients, expectedNotes } from './expectedAnswers.ts';
export { narrowingArbitrary, recordsArbitrary } from './recordsArbitrary.ts';
export { noteQueryArbitrary, notesArbitrary, SEARCHED_AUTHORS, SEARCHED_CLIENTS } from './noteArbitrary.ts';
