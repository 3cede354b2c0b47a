export { AttentionScreen as default } from '../../screens/attention/AttentionScreen.tsx';
