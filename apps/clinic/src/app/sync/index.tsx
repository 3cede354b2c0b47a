export { SyncScreen as default } from '../../screens/sync/SyncScreen.tsx';
