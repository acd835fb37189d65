/** The key of metadata by which the creation of a machine is found again. */
export const CREATION_KEY = "hangar_creation";
