using System.Text;
using Aos.Abstractions.Secrets;

namespace Aos.Runtime.Secrets;

/// <summary>Reads secrets from files.</summary>
internal static class SecretFile
{
    private const int BytesMax = 4 * SecretVault.CharactersMax;
    private static readonly UTF8Encoding Strict =
        new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads a file. One newline at its end is no part of the secret: editors and <c>echo</c> put it
    /// there.</summary>
    /// <param name="path">The file.</param>
    /// <param name="what">The file, as part of a sentence.</param>
    /// <param name="isRequired">Whether a file that is not there is a mistake.</param>
    /// <param name="cancel">Ends the reading.</param>
    public static async ValueTask<SecretFinding> ReadAsync(
        string path, string what, bool isRequired, CancellationToken cancel)
    {
        try
        {
            var file = new FileStream(
                path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1,
                useAsync: true);
            await using (file.ConfigureAwait(false))
            {
                var buffer = new byte[BytesMax + 3];
                var read = await file.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancel)
                    .ConfigureAwait(false);
                if (read > BytesMax) return SecretFinding.Broken($"{what} is larger than {BytesMax} bytes.");
                var text = Strict.GetString(buffer.AsSpan(0, read));
                return SecretFinding.Of(
                    text.EndsWith("\r\n", StringComparison.Ordinal) ? text[..^2] : text.EndsWith('\n')
                        ? text[..^1] : text, what);
            }
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return isRequired ? SecretFinding.Broken($"{what} is not there.") : SecretFinding.None;
        }
        catch (DecoderFallbackException)
        {
            return SecretFinding.Broken($"{what} is no UTF-8 text.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return SecretFinding.Broken($"{what} cannot be read ({error.GetType().Name}).");
        }
    }
}
