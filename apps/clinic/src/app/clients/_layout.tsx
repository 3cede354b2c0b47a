export { ClientsLayout as default } from '../../screens/caseload/ClientsLayout.tsx';
