export { RegisterScreen as default } from '../../screens/register/RegisterScreen.tsx';
