export { StartVisitScreen as default } from '../../../screens/visit/StartVisitScreen.tsx';
