export { EmergencyScreen as default } from '../../screens/emergency/EmergencyScreen.tsx';
