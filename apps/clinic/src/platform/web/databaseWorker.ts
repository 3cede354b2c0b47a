// Metro finds workers by files of the app itself.
import '@fieldchart/encrypted-sqlite/web/worker';
