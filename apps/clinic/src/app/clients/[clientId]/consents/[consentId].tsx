export { ConsentScreen as default } from '../../../../screens/consent/ConsentScreen.tsx';
