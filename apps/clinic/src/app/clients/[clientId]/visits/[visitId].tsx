export { VisitScreen as default } from '../../../../screens/visit/VisitScreen.tsx';
