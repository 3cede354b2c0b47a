export { ConsentSigningScreen as default } from '../../../screens/consent/ConsentSigningScreen.tsx';
