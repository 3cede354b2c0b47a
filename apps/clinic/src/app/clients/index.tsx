export { ClientsHome as default } from '../../screens/caseload/ClientsLayout.tsx';
