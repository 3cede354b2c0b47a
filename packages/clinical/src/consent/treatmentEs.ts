import type { ConsentForm } from './forms.ts';

export const treatmentEs: ConsentForm = {
  id: 'treatment',
  version: '1',
  language: 'es',
  title: 'Consentimiento para el tratamiento',
  paragraphs: [
    {
      heading: 'Lo que acepto',
      text: 'Acepto recibir atención de salud conductual de este proveedor. La atención puede incluir entrevistas, evaluaciones, consejería o terapia, planificación de la atención y ayuda con otros servicios. Mi profesional me explicará la atención que me propone, para qué sirve y qué otras opciones tengo, incluso no recibir tratamiento.',
    },
    {
      heading: 'Beneficios y riesgos',
      text: 'La atención puede ayudar a las personas a sentirse y desenvolverse mejor, pero nadie puede prometer un resultado. Hablar de temas difíciles puede despertar emociones fuertes, y por un tiempo puedo sentirme peor. Puedo hacer preguntas en cualquier momento y puedo decir que no a cualquier parte de mi atención.',
    },
    {
      heading: 'Mi privacidad',
      text: 'Lo que comparto se guarda en un expediente confidencial. Solo puede usarse o compartirse sin mi permiso por escrito cuando la ley lo permite o lo exige: por ejemplo, si alguien corre peligro de sufrir un daño grave, si se sospecha abuso o negligencia de un menor o de un adulto vulnerable, o si lo ordena un tribunal. El aviso de prácticas de privacidad explica más, y puedo pedir una copia.',
    },
    {
      heading: 'En una emergencia',
      text: 'Mi profesional no está disponible a todas horas. Si estoy en peligro o pienso en quitarme la vida, puedo llamar al 911, ir a la sala de emergencias más cercana, o llamar o enviar un mensaje de texto al 988 (en los Estados Unidos) a cualquier hora.',
    },
    {
      heading: 'Mi decisión',
      text: 'Firmar es decisión mía. Puedo dejar la atención y retirar este consentimiento en cualquier momento, avisando a mi profesional o escribiendo al proveedor. Retirarlo no deshace la atención que ya recibí. Este consentimiento dura hasta que yo lo retire o hasta que termine mi atención aquí.',
    },
  ],
  disclosures: [
    {
      heading: 'Papel en lugar de pantalla',
      text: 'No tengo que firmar en este dispositivo. Puedo pedir este formulario en papel, sin costo, y firmarlo a mano.',
    },
    {
      heading: 'Si cambio de opinión sobre firmar electrónicamente',
      text: 'Aceptar firmar en este dispositivo vale solo para este formulario. Antes de firmar puedo detenerme y pedir papel, y eso no afecta mi atención.',
    },
    {
      heading: 'Mi copia',
      text: 'Puedo recibir una copia del formulario firmado, en papel o como archivo PDF, hoy o más adelante. Solo tengo que pedirla a mi profesional o a la oficina del proveedor. Para abrir el archivo necesito un dispositivo que muestre documentos PDF.',
    },
    {
      heading: 'Lo que significa mi firma',
      text: 'Mi trazo o mi nombre escrito en este dispositivo tiene la intención de ser mi firma, como si firmara en papel. Con ella se guardan la fecha y la hora, la versión del formulario y el nombre del profesional que estuvo presente.',
    },
  ],
  hash: '88c9ff8591deed3c1587b92559c546af6e3d9ada0d07793707256f39a702bdd2',
};
