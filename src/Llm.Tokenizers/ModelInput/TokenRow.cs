namespace Llm.Tokenizers;

/// <summary>One token of a <see cref="TokenEncoding"/> that is being made.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Token">How it is spelled.</param>
/// <param name="Place">Where in the text it stands.</param>
/// <param name="Word">The piece of the text that it belongs to.</param>
/// <param name="TypeId">Its type.</param>
/// <param name="Text">The text that the place is in; empty for tokens that were added.</param>
/// <param name="IsSpecial">It was added around the text.</param>
/// <param name="IsPadding">It was added to fill up.</param>
internal readonly record struct TokenRow(
    int Id, string Token, Range Place, int? Word, int TypeId, string Text, bool IsSpecial = false, bool IsPadding = false);
