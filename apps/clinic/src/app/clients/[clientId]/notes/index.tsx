export { ClientNotesScreen as default } from '../../../../screens/chart/ClientNotesScreen.tsx';
