export { NoteScreen as default } from '../../../../../screens/note/NoteScreen.tsx';
