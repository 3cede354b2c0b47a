export { ChartScreen as default } from '../../../screens/chart/ChartScreen.tsx';
