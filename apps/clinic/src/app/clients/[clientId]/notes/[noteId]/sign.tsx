export { SignNoteScreen as default } from '../../../../../screens/note/SignNoteScreen.tsx';
