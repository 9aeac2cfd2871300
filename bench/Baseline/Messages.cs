using System.Text.Json.Serialization;

namespace Mannam.Bench.Baseline;

/// <summary>The body of <c>POST /catches</c>.</summary>
internal sealed record CatchRequest(long Price, string StartingPoint, string Destination, string Customer, string? Status);

/// <summary>The answer of <c>POST /catches</c>.</summary>
internal sealed record Catch(long Id, long Price, string StartingPoint, string Destination, string Customer, string Status);

/// <summary>The request from catch to payment, and the answer.</summary>
internal sealed record Payment(long MatchId, long Price, string Customer, string StartingPoint, string Destination, string PaymentAction);

/// <summary>The request from payment to the provider, and the answer.</summary>
internal sealed record Charge(string Key, long Amount, string Status);

/// <summary>An event without its id, which the database creates.</summary>
internal sealed record Requested(long Price, string StartingPoint, string Destination, string Customer, string Status);

/// <summary>The source-generated serialization of all messages.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(CatchRequest))]
[JsonSerializable(typeof(Catch))]
[JsonSerializable(typeof(Payment))]
[JsonSerializable(typeof(Charge))]
[JsonSerializable(typeof(Requested))]
internal sealed partial class MessagesJson : JsonSerializerContext;
