import { AppError } from "../../errors/app-error.ts";
import { writeAtomic } from "../../platform/files.ts";

/** Writes a picture for people. @throws FILE_ACCESS, DISK_FULL */
export async function writePicture(file: string, svg: string): Promise<void> {
  try {
    await writeAtomic(file, svg);
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw new AppError("FILE_ACCESS", `${file} cannot be written`, {
      cause,
      suggestions: ["name a file in a folder that exists and that you may write to"],
    });
  }
}
