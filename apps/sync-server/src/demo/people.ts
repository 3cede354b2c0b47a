// Invented people: common given and family names, put together by chance.

const words = (text: string): readonly string[] => text.trim().split(/\s+/u);

export const GIVEN_NAMES = {
  female:
    words(`Abigail Alma Amanda Ana Angela April Beatriz Bernice Camila Carla Carol Cecilia Charlotte Clara Crystal
    Dana Deborah Denise Diana Dolores Edith Elena Ellen Emily Esther Eva Faith Fern Gabriela Gloria Grace Hannah Hazel
    Helen Inés Irene Jasmine Joan Joyce Juana Judith Karen Kayla Laura Leah Lillian Lorena Lucía Mabel Margaret María
    Marisol Martha Megan Mónica Nadine Naomi Nicole Norma Olivia Patricia Paula Rachel Rebecca Rosa Ruth Sandra Sara
    Shannon Silvia Sofía Teresa Tina Vanessa Vera Victoria Wanda Yolanda`),
  male: words(`Aaron Adrián Alan Albert Alejandro Andrew Ángel Antonio Arthur Benjamin Bernard Brian Caleb Calvin Carl
    César Charles Clifford Curtis Daniel Darrell David Dennis Diego Donald Earl Eddie Edgar Elijah Emilio Eric Ernesto
    Eugene Felipe Floyd Francisco Frank Gabriel Gary George Gerald Glenn Gregory Harold Hector Henry Herbert Ignacio
    Isaac Ivan Jacob Javier Jerome Jesse Joel José Joshua Julián Kenneth Kevin Lamar Leon Lewis Luis Manuel Marcus
    Martín Micah Nathan Óscar Pablo Paul Rafael Ralph Ray Roberto Russell Samuel Simón Stephen Theodore Tomás Vincent
    Walter Wesley`),
} as const;

export const FAMILY_NAMES =
  words(`Abbott Aguilar Alvarado Anderson Archuleta Bailey Baker Barnes Begay Bell Benally
  Bishop Blackwell Boyd Bravo Brennan Brooks Burke Cabrera Calderón Campbell Cardenas Carlson Castillo Chambers Chávez
  Clark Coleman Contreras Cooper Cortez Crane Cruz Curtis Dawson Delgado Díaz Dixon Doyle Dunn Eriksen Escobar Espinoza
  Farrell Figueroa Fischer Fleming Flores Fontaine Foster Fuentes Gallagher García Gibson Gómez Graham Greene Guerrero
  Hale Hansen Harper Hayes Hernández Holt Howard Hughes Ibarra Jensen Jiménez Johnson Kane Keller Kelly Lambert Larsen
  Leon Lindqvist López Lowry Luna Maldonado Marsh Martínez Mason McBride Medina Mejía Mendoza Mitchell Morales Moreno
  Murphy Navarro Nelson Nguyen Nolan Núñez Ochoa Olsen Ortega Palmer Paredes Parker Peña Perkins Peterson Pineda Porter
  Quinn Ramírez Reed Reyes Rivera Robles Rojas Romero Rowe Salazar Sanders Santos Sawyer Schmidt Serrano Shaw Sloan Soto
  Stewart Stone Suárez Sutton Thomas Torres Tran Tucker Valdez Vargas Vega Walsh Warner Weaver Whitaker Wolfe Yazzie
  Young Zamora Zimmerman`);

export const TOWNS = [
  { city: 'Alder Creek', postalCode: '59710' },
  { city: 'Stillwater Bend', postalCode: '59714' },
  { city: 'Harlan', postalCode: '59718' },
  { city: 'Pine Hollow', postalCode: '59722' },
  { city: 'Two Rivers', postalCode: '59727' },
  { city: 'Cedar Flat', postalCode: '59731' },
  { city: 'Antelope Springs', postalCode: '59736' },
  { city: 'Mill Junction', postalCode: '59741' },
] as const;

export const STREETS = [
  'Mill Road',
  'Cottonwood Lane',
  'First Avenue',
  'Depot Street',
  'Ridge Road',
  'Orchard Street',
  'Church Street',

  'County Road 12',
  'Larkspur Drive',
  'Schoolhouse Road',
  'Granite Way',
  'River Street',
  'Elm Street',
  'Quarry Road',
] as const;

/** Numbers 555-0100 to 555-0199 are set aside for fiction. */
export const AREA_CODES = ['406', '208', '307', '701'] as const;

export const STAFF = [
  { given: 'Ruth', family: 'Okafor', role: 'clinician', title: 'Licensed Clinical Social Worker' },
  { given: 'Daniel', family: 'Reyes', role: 'clinician', title: 'Licensed Professional Counselor' },
  { given: 'Ingrid', family: 'Sandoval', role: 'clinician', title: 'Psychiatric Nurse' },
  { given: 'Helen', family: 'Baptiste', role: 'supervisor', title: 'Licensed Psychologist' },
] as const;
